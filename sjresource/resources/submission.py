"""Find or submit: how one run is submitted once, whatever dies on the way.

A create that ran before and was lost (a killed plugin, a lost answer, a state that was not
written) leaves a job behind that the stack does not know. The jobs of that name are listed first,
and the same request is always sent with the same clientToken, so one of these rows holds; the
standing is `ownership`'s, told from the job's tags:

| what is found                                 | what is done                                  |
| --------------------------------------------- | --------------------------------------------- |
| a live job of this run, LOST; an ended alias's| taken                                         |
| a live job of another run, LOST               | named as an orphan, not ended                 |
| a job of this run, RECORDED or UNDECIDED      | the user is asked, by an error                |
| the same, and the create replaces that job    | next generation                               |
| a live job of another run, RECORDED           | named, not ended                              |
| the token leads to a job that was not there   | taken                                         |
| it leads to an ended job, LOST                | taken                                         |
| it leads to a RECORDED job                    | as above: the user is asked; next generation  |
| it leads to a RELEASED or a FOREIGN job       | next generation                               |
| it was used, and its job is not to be found   | an error                                      |

A job has ended once it is terminal, or was asked to be. A deleted job is marked as released, which
counts only once it has ended (see `ending`). Where AWS refuses to tag an ended job, the operation
that has ended it knows so; a later one asks about it if a state had it, and else runs it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.errors import NotFound, RequestFailed, Unreachable
from sjresource.stack.identity import (
    IDENTITY_TAG,
    RUN_TAG,
    client_token,
    identity_tag,
    run_digest,
    submission_tags,
    token_digest,
)
from sjresource.stack.ownership import (
    RECORDED_BEFORE,
    has_ended,
    is_recorded,
    other_owner,
    ownership_of,
)
from sjresource.stack.provider import ignoring_refusal
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sjresource.aws.batch import BatchClient
    from sjresource.stack.ownership import Ownership

    Detail = Mapping[str, Any]

_GENERATIONS = 1000
"""More runs of one identical request than anybody gives up and wants again."""

_LISTED_AFTER = (0, 0.5, 1, 2, 4, 8)
"""Seconds before each look for a job that Batch says it has: lists may lag behind."""

_ENDED_LOOKED_AT = 10
"""Ended jobs of a new resource's name that are looked at, the latest: one may be its own."""

_DECIDED_AFTER = (1, 2, 4)
"""Seconds before each look at a job that may be another's: a create that is under way gets its
mark, and a resource that has just been renamed takes its job with it.
"""


@dataclass(frozen=True)
class Run:
    """One wanted run: who wants it, what is to be sent, and what makes it a new one.

    `request` is SubmitServiceJob's, without token and marks; `token` is the user's own, or None.
    """

    identity: str
    request: Mapping[str, Any]
    triggers: Any = None
    token: str | None = None
    aliases: tuple[Run, ...] = ()
    """The same run as it was under identities that the resource had before, as its program says."""
    replaced: str | None = None
    """The ARN of the job that the state has, and that this run replaces."""
    given_up: frozenset[str] = frozenset()
    """ARNs of jobs that the same operation has ended; AWS may have refused the mark of that."""

    @property
    def digest(self) -> str:
        """Tell this run from every other one of the same resource, however its queue is named."""
        queue = name_in(self.request["jobQueue"]) if "jobQueue" in self.request else ""
        return run_digest({**self.request, "jobQueue": queue}, self.triggers, self.token)

    def client_token(self, generation: int) -> str:
        """Return the user's token if there is one: it has no generations."""
        sent = run_digest(self.request, self.triggers, self.token)
        return self.token or client_token(self.identity, sent, generation)

    def submission_tags(self, generation: int) -> dict[str, str]:
        """Return the tags by which this submission is found again."""
        token = self.client_token(generation)
        return submission_tags(self.identity, self.digest, token, generation)

    def renewed_tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Return the marks of a job that is this run's by now, whatever it was submitted as.

        Under which token it was submitted stays: a replay of that still leads to it.
        """
        submitted = tags.get(RUN_TAG, "").partition(".")[2] or "adopted.0"
        return {
            IDENTITY_TAG: identity_tag(self.identity),
            RUN_TAG: f"{self.digest}.{submitted}",
        }


@dataclass(frozen=True)
class Submitted:
    """The job that runs for us; `detail` is None if it could not be described."""

    arn: str
    detail: Detail | None = None
    orphans: list[str] = field(default_factory=list)
    """Live jobs of runs of the resource that were lost and edited."""
    recorded_runs: list[str] = field(default_factory=list)
    """Live jobs of other runs under the resource's identity that a state has, or had."""


class _Jobs:
    """The jobs of a run's name in its queue, as they were when they were first looked at."""

    def __init__(self, client: BatchClient, run: Run) -> None:
        self._client = client
        self._run = run
        self._details: dict[str, Detail] = {}
        self._statuses: dict[str, str] = {}
        self._created: dict[str, int] = {}
        self.list()
        self.known = frozenset(self._statuses)
        """Ids of the jobs that were there before anything was submitted."""

    def list(self) -> None:
        """List them anew, under each name that the run has had."""
        requests = [each.request for each in _every(self._run)]
        for queue, name in sorted({(each["jobQueue"], each["jobName"]) for each in requests}):
            for job in self._client.list_service_jobs_named(queue, name):
                self._statuses[job["jobId"]] = job.get("status", "")
                self._created[job["jobId"]] = job.get("createdAt", 0)

    def details(self, *, ended: int | None = None) -> Iterator[Detail]:
        """Describe each job once; of those that have ended only so many of the latest."""
        over = [job_id for job_id, status in self._statuses.items() if status in TERMINAL]
        over.sort(key=self._created.__getitem__, reverse=True)
        left_out = set(over[ended:]) if ended is not None else set()
        for job_id in self._statuses:
            if job_id in left_out:
                continue
            if job_id not in self._details and (found := _find(self._client, job_id)):
                self._details[job_id] = found
            if job_id in self._details:
                yield self._details[job_id]

    def tokens_of_no_use(self) -> set[str]:
        """Return the digests of tokens that lead to no job that is wanted."""
        no_use = [job for job in self.details() if _is_left(self._run, job)]
        return {_token_in(detail) for detail in no_use} - {""}


def find_or_submit(client: BatchClient, run: Run, sleep: Callable[[float], None]) -> Submitted:
    """Return the one job of this run, submitted now or by a create that was lost.

    Raises:
        RequestFailed: among others, whose a live job of this very run is can't be told.
        RequestFailed, Unreachable: another call is safe, and finds what this one submitted.
    """
    jobs = _Jobs(client, run)
    # Of a job that is replaced the state knows what had ended before it.
    ended = _ENDED_LOOKED_AT if run.replaced is None else 0
    found = _decided(client, run, list(jobs.details(ended=ended)), sleep)
    live = [job for job in found if not has_ended(job)]
    ours = [job for job in found if _is_taken(run, job)]
    others = [job for job in live if job not in ours[:1]]
    orphans = [job["jobArn"] for job in others if _ownership(run, job) == "LOST"]
    recorded = [
        job["jobArn"]
        for job in others
        if _ownership(run, job) == "RECORDED" and job["jobArn"] != run.replaced
    ]
    if ours:
        _claim_alias(client, run, ours[0])
        return Submitted(ours[0]["jobArn"], ours[0], orphans, recorded)
    arn, detail = _submit_new(client, run, jobs, sleep)
    return Submitted(arn, detail, orphans, recorded)


def live_jobs(client: BatchClient, arns: list[str]) -> list[str]:
    """Return those of the jobs that go on: somebody may have stopped them meanwhile."""
    details = {arn: _find(client, arn) for arn in arns}
    return [arn for arn, detail in details.items() if detail and not has_ended(detail)]


def _every(run: Run) -> Iterator[Run]:
    yield run
    yield from run.aliases


def _ownership(run: Run, detail: Detail) -> Ownership:
    if detail["jobArn"] in run.given_up:
        return "RELEASED"
    return ownership_of(detail, run.identity, [alias.identity for alias in run.aliases])


def _is_taken(run: Run, job: Detail) -> bool:
    """Whether a job is this run, lost in a create: while it goes on, or under an alias.

    One that has ended under the resource's own name is found by its token, which also knows whether
    AWS lets ended jobs be marked.
    """
    if not _is_this_run(run, job) or _ownership(run, job) != "LOST":
        return False
    return not has_ended(job) or ownership_of(job, run.identity) != "LOST"


def _is_left(run: Run, job: Detail) -> bool:
    """Whether the next generation is submitted where a token leads to this job."""
    return _ownership(run, job) in ("RELEASED", "FOREIGN") or job["jobArn"] == run.replaced


def _is_this_run(run: Run, detail: Detail) -> bool:
    digest = detail.get("tags", {}).get(RUN_TAG, "").partition(".")[0]
    return digest in {each.digest for each in _every(run)}


def _token_in(detail: Detail) -> str:
    """Return the digest of the token that a job was submitted under; "" if it doesn't tell."""
    _, _, submitted = detail.get("tags", {}).get(RUN_TAG, "").partition(".")
    return str(submitted.partition(".")[0])


def _decided(
    client: BatchClient, run: Run, jobs: list[Detail], sleep: Callable[[float], None]
) -> list[Detail]:
    """Return the jobs once none of them needs a decision of the user; raise for one that does.

    Jobs are looked at again for a while: other creates and renames may be under way.
    """
    for seconds in _DECIDED_AFTER:
        if not any(_is_undecided(run, job) for job in jobs):
            return jobs
        sleep(seconds)
        jobs = [found for job in jobs if (found := _find(client, job["jobId"]))]
    for job in jobs:
        if _is_undecided(run, job):
            raise _question(run, job)
    return jobs


def _is_undecided(run: Run, job: Detail) -> bool:
    if not _is_this_run(run, job):
        return False
    return _ownership(run, job) in ("UNDECIDED", "RECORDED") and job["jobArn"] != run.replaced


def _question(run: Run, job: Detail) -> RequestFailed:
    """Return what the user is asked: whether this job is the one that is wanted."""
    since = datetime.fromtimestamp(job.get("createdAt", 0) / 1000, timezone.utc)
    owner = other_owner(job, run.identity)
    unrecorded = (
        f"{owner} submitted it and no state has recorded it, so it may be this stack's under "
        "another name"
    )
    whose = RECORDED_BEFORE if is_recorded(job) else unrecorded
    return RequestFailed(
        "submitting",
        "ServiceJob",
        run.request["jobName"],
        f"{job['jobArn']} is a run of this very request, {job['status']}, submitted "
        f"{since:%Y-%m-%d %H:%M} UTC; {whose}",
        f'own it with adopt_job_id="{job["jobId"]}", or change `triggers` for a new run',
    )


def _claim_alias(client: BatchClient, run: Run, job: Detail) -> None:
    """Mark a lost job as this resource's where it was submitted under an alias."""
    marks = run.renewed_tags(job["tags"])
    if any(job["tags"].get(key) != value for key, value in marks.items()):
        client.tag_resource(job["jobArn"], marks)


def _submit_new(
    client: BatchClient, run: Run, jobs: _Jobs, sleep: Callable[[float], None]
) -> tuple[str, Detail | None]:
    """Submit under one generation of the token after the other, until it leads to a wanted job."""
    no_use: set[str] | None = None
    for generation in range(1 if run.token else _GENERATIONS):
        if no_use and token_digest(run.client_token(generation)) in no_use:
            continue
        arn = _submit(client, run, generation, jobs, sleep)
        detail = _describe(client, arn)
        if detail is None and name_in(arn) in jobs.known:
            # It was there before, so nothing new is lost; perhaps it was given up.
            seen, help_ = "the job that its token leads to can't be read", "run `pulumi up` again"
            raise Unreachable("submitting", "ServiceJob", run.request["jobName"], seen, help_)
        if detail is None or _is_wanted(client, run, detail, jobs.known):
            return arn, detail
        no_use = jobs.tokens_of_no_use() if no_use is None else no_use
    raise RequestFailed(
        "submitting",
        "ServiceJob",
        run.request["jobName"],
        "its client_token leads to a job that was released or is somebody else's",
        "choose another client_token, or leave it out",
    )


def _submit(
    client: BatchClient, run: Run, generation: int, jobs: _Jobs, sleep: Callable[[float], None]
) -> str:
    """Submit, and return the ARN of the job that the token leads to, new or not."""
    request = {
        **run.request,
        "tags": {**run.request.get("tags", {}), **run.submission_tags(generation)},
        "clientToken": run.client_token(generation),
    }
    arn = client.submit_service_job(request)
    return arn or _find_submitted(run, generation, jobs, sleep)


def _find_submitted(run: Run, generation: int, jobs: _Jobs, sleep: Callable[[float], None]) -> str:
    """Find the job that has a used token, among those that were listed before or are by now."""
    token = token_digest(run.client_token(generation))
    for seconds in _LISTED_AFTER:
        if seconds:
            sleep(seconds)
            jobs.list()
        for detail in jobs.details():
            if _token_in(detail) == token:
                arn: str = detail["jobArn"]
                return arn
    raise RequestFailed(
        "submitting",
        "ServiceJob",
        run.request["jobName"],
        "Batch has its client_token already, but lists no such job",
        "choose another client_token"
        if run.token
        else "run `pulumi up` again in a minute to find it, or change `triggers` for a new run",
    )


def _is_wanted(client: BatchClient, run: Run, detail: Detail, known: frozenset[str]) -> bool:
    """Whether the job that a token led to is new, or from a create of this run that was lost.

    Lists may lag behind: a job that was not listed is new, unless its marks say otherwise. A token
    of the user's own may also lead to a job of another name or queue, that is somebody else's.

    Raises:
        RequestFailed: a state has recorded it, and it is not being replaced.
    """
    is_new = detail["jobId"] not in known and not run.token
    if is_new and IDENTITY_TAG not in detail.get("tags", {}):
        return True
    if _is_left(run, detail):
        return False
    if _ownership(run, detail) != "LOST":
        raise _question(run, detail)
    if is_new or not has_ended(detail):
        return True
    # No mark: an ended job is still wanted, but only where AWS lets ended jobs be marked.
    mark = {IDENTITY_TAG: identity_tag(run.identity)}
    return ignoring_refusal(lambda: client.tag_resource(detail["jobArn"], mark))


def _find(client: BatchClient, job: str) -> Detail | None:
    try:
        return client.find_service_job(job)
    except NotFound:
        return None


def _describe(client: BatchClient, job: str) -> Detail | None:
    """Describe without raising: once a job is submitted nothing may, or its id is lost."""
    try:
        detail = client.find_service_job(job)
    except (NotFound, RequestFailed, Unreachable):
        return None
    return detail if "status" in detail else None  # a garbled answer reads as an empty one
