"""The rows of submission's table, each played against a fake Batch, in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable
from sjresource.resources.job.submission import find_or_submit
from sjresource.resources.job.wanted_run import WantedRun
from sjresource.stack.identity import (
    IDENTITY_TAG,
    RELEASED_TAG,
    identity_tag,
    recorded_tag,
    token_digest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.aws.batch import BatchClient

    Detail = dict[str, Any]


def identity(name: str, stack: str = "prod") -> str:
    """Return a job's identity in a stack of acme's."""
    urn = f"urn:pulumi:{stack}::vision::pulumi-python:dynamic/sjresource:ServiceJob::{name}"
    return f"acme/{urn}"


REQUEST = {"jobName": "train", "jobQueue": "queue", "schedulingPriority": 1}
RUN = WantedRun(identity("train"), REQUEST)
EDITED = WantedRun(identity("train"), {**REQUEST, "schedulingPriority": 2})
BEFORE_RENAME = WantedRun(identity("old"), REQUEST)
RENAMED = replace(RUN, aliases=(BEFORE_RENAME,))
IN_STAGING = WantedRun(identity("train", "staging"), REQUEST)
OTHER_RESOURCE = WantedRun(identity("evaluate"), REQUEST)
OWN_TOKEN = replace(RUN, token="mine")

RECORDED = recorded_tag()
RELEASED = {RELEASED_TAG: "true"}


def arn(job_id: str) -> str:
    """Return the ARN of a job."""
    return f"arn:aws:batch:eu-west-1:123456789012:service-job/{job_id}"


OLD, NEW = arn("old"), arn("new")


def job(
    run: WantedRun, tags: Mapping[str, str] | None = None, *, ended: bool = False, **more: Any
) -> Detail:
    """Return a job that was submitted as a run, with more tags."""
    return {
        "jobId": "old",
        "jobArn": OLD,
        "status": "SUCCEEDED" if ended else "RUNNING",
        "token": run.client_token(0),
        "tags": {**run.submission_tags(0), **(tags or {})},
        **more,
    }


@dataclass
class Batch:
    """Has a job or none; a token that it knows leads to that job."""

    old: Detail | None = None
    is_listed: bool = True
    replays_as_error: bool = False
    tags_ended_jobs: bool = True
    is_described: bool = True
    submitted: list[Detail] = field(default_factory=list)

    def list_service_jobs_named(self, _queue: str, _name: str) -> Iterator[Detail]:
        """List the job, if lists have it."""
        if self.old and self.is_listed:
            yield {"jobId": "old", "status": self.old["status"]}

    def find_service_job(self, job: str) -> Detail:
        """Describe the job, or the new one."""
        if self.old and self.is_described and job in ("old", OLD):
            return self.old
        if self.submitted and job == NEW:
            tags = self.submitted[-1]["tags"]
            return {"jobId": "new", "jobArn": NEW, "status": "SUBMITTED", "tags": tags}
        raise NotFound("reading", "ServiceJob", job)

    def submit_service_job(self, request: Detail) -> str | None:
        """Submit, unless there is a job with this token."""
        if self.old and request["clientToken"] == self.old["token"]:
            return None if self.replays_as_error else OLD
        self.submitted.append(request)
        return NEW

    def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Tag a job, if it goes on or ended ones may be tagged."""
        job = self.find_service_job(arn)
        if job["status"] == "SUCCEEDED" and not self.tags_ended_jobs:
            raise RequestFailed(
                "tagging", "ServiceJob", arn, "it has ended", code="ClientException"
            )
        job["tags"].update(tags)


@dataclass
class Row:
    """One row of the table: what is found, and the job that the run gets, or the error."""

    run: WantedRun
    batch: Batch
    arn: str = NEW
    generation: int = 0
    orphans: tuple[str, ...] = ()
    recorded_runs: tuple[str, ...] = ()
    error: type[SjresourceError] | None = None
    text: str = ""


ASKED: dict[str, Any] = {"error": RequestFailed, "text": 'own it with adopt_job_id="old"'}
NEXT: dict[str, Any] = {"generation": 1}

ROWS: dict[str, Row] = {
    "nothing": Row(RUN, Batch()),
    "live job of this run, LOST": Row(RUN, Batch(job(RUN)), arn=OLD),
    "live job of an alias's run, LOST": Row(RENAMED, Batch(job(BEFORE_RENAME)), arn=OLD),
    "ended job of an alias's run, LOST": Row(
        RENAMED, Batch(job(BEFORE_RENAME, ended=True)), arn=OLD
    ),
    "ended job of an alias's run that can't be tagged": Row(
        RENAMED, Batch(job(BEFORE_RENAME, ended=True), tags_ended_jobs=False)
    ),
    "live job of another run, LOST": Row(RUN, Batch(job(EDITED)), orphans=(OLD,)),
    "ended job of another run, LOST": Row(RUN, Batch(job(EDITED, ended=True))),
    "live job of this run, RECORDED": Row(RUN, Batch(job(RUN, RECORDED)), **ASKED),
    "ended job of this run, RECORDED": Row(RUN, Batch(job(RUN, RECORDED, ended=True)), **ASKED),
    "live job of this run, UNDECIDED": Row(RUN, Batch(job(IN_STAGING)), **ASKED),
    "RECORDED, and replaced by this create": Row(
        replace(RUN, replaced=OLD), Batch(job(RUN, RECORDED)), **NEXT
    ),
    "live job of another run, RECORDED": Row(
        RUN, Batch(job(EDITED, RECORDED)), recorded_runs=(OLD,)
    ),
    "live job of another run, replaced by this create": Row(
        replace(RUN, replaced=OLD), Batch(job(EDITED, RECORDED))
    ),
    "token leads to a job that was not listed": Row(RUN, Batch(job(RUN), is_listed=False), arn=OLD),
    "token leads to an ended job, LOST": Row(RUN, Batch(job(RUN, ended=True)), arn=OLD),
    "token leads to an ended job that can't be tagged": Row(
        RUN, Batch(job(RUN, ended=True), tags_ended_jobs=False), **NEXT
    ),
    "token leads to a RECORDED job": Row(RUN, Batch(job(RUN, RECORDED), is_listed=False), **ASKED),
    "token leads to a RELEASED job": Row(RUN, Batch(job(RUN, RELEASED, ended=True)), **NEXT),
    "token leads to a job that this operation has ended": Row(
        replace(RUN, released=frozenset([OLD])), Batch(job(RUN, ended=True)), **NEXT
    ),
    "token leads to a live job tagged as released": Row(RUN, Batch(job(RUN, RELEASED)), arn=OLD),
    "token leads to a FOREIGN job": Row(
        RUN, Batch(job(RUN, {IDENTITY_TAG: identity_tag(OTHER_RESOURCE.identity)})), **NEXT
    ),
    "used token, found in the list": Row(
        RUN, Batch(job(RUN, ended=True), replays_as_error=True), arn=OLD
    ),
    "used token, and its job is not to be found": Row(
        RUN,
        Batch(job(RUN), is_listed=False, replays_as_error=True),
        error=RequestFailed,
        text="has its client_token already, but lists no such job",
    ),
    "own token leads to a RELEASED job": Row(
        OWN_TOKEN,
        Batch(job(OWN_TOKEN, RELEASED, ended=True)),
        error=RequestFailed,
        text="choose another client_token, or leave it out",
    ),
    "token leads to a job that can't be described": Row(
        RUN, Batch(job(RUN), is_described=False), error=Unreachable, text="can't be read"
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_row_of_the_table_holds(row: Row) -> None:
    """What is found decides whether a job is taken, passed over, asked about, or submitted."""
    slept: list[float] = []
    client = cast("BatchClient", row.batch)

    if row.error is not None:
        with pytest.raises(row.error, match=row.text):
            find_or_submit(client, row.run, slept.append)
        assert row.batch.submitted == []
        return
    found = find_or_submit(client, row.run, slept.append)

    assert found.arn == row.arn
    assert (tuple(found.orphans), tuple(found.recorded_runs)) == (row.orphans, row.recorded_runs)
    submitted = [request["clientToken"] for request in row.batch.submitted]
    assert submitted == ([row.run.client_token(row.generation)] if row.arn == NEW else [])
    tags = row.batch.find_service_job(found.arn)["tags"]
    assert tags[IDENTITY_TAG] == identity_tag(row.run.identity)


def test_submission_is_found_again_by_its_token() -> None:
    """The tags of a new job name its run, its token and its generation."""
    batch = Batch()
    find_or_submit(cast("BatchClient", batch), RUN, lambda _: None)

    (request,) = batch.submitted
    token = token_digest(request["clientToken"])
    assert request["tags"]["sjresource:run"] == f"{RUN.digest}.{token}.0"


def test_undecided_job_is_looked_at_again_before_the_user_is_asked() -> None:
    """A create that is under way gets its tag within seconds; then the job is somebody's."""
    batch = Batch(job(IN_STAGING))

    def recorded_meanwhile(_: float) -> None:
        assert batch.old
        batch.old["tags"].update(RECORDED)

    found = find_or_submit(cast("BatchClient", batch), RUN, recorded_meanwhile)
    assert found.arn == NEW


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("token", [None, "mine"])
def test_new_job_is_described_unless_the_list_has_what_it_replaces(
    *, is_listed: bool, token: str | None
) -> None:
    """A list that lags behind may lack the job that a token leads to; so may one of another name.

    A list that has the latest run has those before it.
    """
    batch = Batch(job(EDITED, RECORDED), is_listed=is_listed)
    run = replace(RUN, replaced=OLD, released=frozenset([OLD]), token=token)

    found = find_or_submit(cast("BatchClient", batch), run, lambda _: None)

    assert found.arn == NEW
    assert (found.detail is None) is (is_listed and token is None)


def test_run_that_was_given_up_is_not_taken_for_new_though_no_list_has_it() -> None:
    """A→B→A within the seconds by which lists lag behind."""
    batch = Batch(job(RUN, RELEASED, ended=True), is_listed=False)
    run = replace(RUN, replaced=arn("between"))

    assert find_or_submit(cast("BatchClient", batch), run, lambda _: None).arn == NEW


def _retrying(action: str) -> dict[str, Any]:
    return {"attempts": 2, "evaluateOnExit": [{"action": action, "onReason": "Retry"}]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"jobQueue": "queue"}, {"jobQueue": "arn:aws:batch:eu-west-1:1:job-queue/queue"}),
        ({"retryStrategy": _retrying("RETRY")}, {"retryStrategy": _retrying("Retry")}),
    ],
)
def test_what_a_diff_calls_no_change_is_the_same_run(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """A lost job is found again although it is written otherwise; its token is another one."""
    run, again = (replace(RUN, request={**REQUEST, **each}) for each in (one, other))
    changed = replace(RUN, request={**REQUEST, "retryStrategy": _retrying("EXIT")})

    assert run.digest == again.digest != changed.digest
    assert run.client_token(0) != again.client_token(0)
