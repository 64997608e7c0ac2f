"""Find or submit: how one run is submitted once, whatever dies on the way.

A create that ran before and was lost (a killed plugin, a lost answer, a state that was not
written) leaves a job behind that the stack does not know. The jobs of that name are listed first,
and the same request is always sent with the same clientToken, so one of these rows holds:

| what is found                                | what it is               | what is done     |
| -------------------------------------------- | ------------------------ | ---------------- |
| a live job with our identity, of this run    | ours, from a lost create | taken            |
| a live job with our identity, of another run | an orphan                | named, not ended |
| the token leads to a job that was not there  | ours, new                | taken            |
| it leads to an ended job, not released       | ours, from a lost create | taken            |
| it leads to a released job                   | a run that was given up  | next generation  |
| it leads to somebody else's job              | a token of no use        | next generation  |
| it was used, and its job is not to be found  | perhaps ours             | an error         |

A job has ended once it is terminal, or was asked to be. A deleted job is marked as released, which
counts only once it has ended (see `ending`). Where AWS refuses to tag an ended job, it counts as
released.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.arn import name_in
from sjresource.client import TERMINAL, BatchClient
from sjresource.ending import is_given_up
from sjresource.errors import NotFound, Refused, Unreachable
from sjresource.identity import (
    IDENTITY_TAG,
    RUN_TAG,
    client_token,
    identity_tag,
    run_digest,
)
from sjresource.provider import try_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Detail = Mapping[str, Any]

_GENERATIONS = 1000
"""More runs of one identical request than anybody gives up and wants again."""

_LISTED_AFTER = (0, 1, 2, 4, 8)
"""Seconds before each look for a job that Batch says it has: lists may lag behind."""


@dataclass(frozen=True)
class Run:
    """One wanted run: who wants it, what is to be sent, and what makes it a new one.

    `request` is SubmitServiceJob's, without token and marks; `token` is the user's own, or None.
    """

    identity: str
    request: Mapping[str, Any]
    triggers: Any = None
    token: str | None = None

    @property
    def digest(self) -> str:
        """Tell this run from every other one of the same resource."""
        return run_digest(self.identity, self.request, self.triggers, self.token)

    def client_token(self, generation: int) -> str:
        """Give the user's token if there is one: it has no generations."""
        return self.token or client_token(self.digest, generation)

    def marks(self, generation: int) -> dict[str, str]:
        """Give the tags by which this submission is found again."""
        return {
            IDENTITY_TAG: identity_tag(self.identity),
            RUN_TAG: f"{self.digest}-{generation}",
        }


@dataclass(frozen=True)
class Submitted:
    """The job that runs for us; `detail` is None if it could not be described."""

    arn: str
    detail: Detail | None = None
    orphans: list[str] = field(default_factory=list)


def find_or_submit(client: BatchClient, run: Run, sleep: Callable[[float], None]) -> Submitted:
    """Give the one job of this run, submitted now or by a create that was lost.

    Raises:
        Refused, Unreachable: calling again is safe, and finds what this call may have submitted.
    """
    queue, name = run.request["jobQueue"], run.request["jobName"]
    before = list(client.list_service_jobs_named(queue, name))
    ours, orphans = _live_jobs(client, run, before)
    if ours:
        return Submitted(ours["jobArn"], ours, orphans)
    known = {job["jobId"] for job in before}
    for generation in range(1 if run.token else _GENERATIONS):
        arn = _submit(client, run, generation, sleep)
        detail = _describe(client, arn)
        if detail is None and name_in(arn) in known:
            # It was there before, so nothing new is lost; perhaps it was given up.
            seen, help_ = "the job that its token leads to can't be read", "run `pulumi up` again"
            raise Unreachable("submitting", "ServiceJob", name, seen, help_)
        if detail is None or _is_wanted(client, run, detail, known):
            return Submitted(arn, detail, orphans)
    raise Refused(
        "submitting",
        "ServiceJob",
        name,
        "its client_token leads to a job that was released or is somebody else's",
        "choose another client_token, or leave it out",
    )


def live_orphans(client: BatchClient, orphans: list[str]) -> list[str]:
    """Give those of the orphans that go on: somebody may have stopped them meanwhile."""
    details = {arn: _find(client, arn) for arn in orphans}
    return [arn for arn, detail in details.items() if detail and not _has_ended(detail)]


def _live_jobs(
    client: BatchClient, run: Run, jobs: list[dict[str, Any]]
) -> tuple[Detail | None, list[str]]:
    """Find the live job of this very run, and the live jobs of its other runs."""
    ours: Detail | None = None
    orphans: list[str] = []
    for job in jobs:
        detail = None if job.get("status") in TERMINAL else _find(client, job["jobId"])
        if detail is None or _has_ended(detail) or not _carries_identity(run, detail):
            continue
        if ours is None and detail["tags"].get(RUN_TAG, "").startswith(run.digest):
            ours = detail
        else:
            orphans.append(detail["jobArn"])
    return ours, orphans


def _submit(client: BatchClient, run: Run, generation: int, sleep: Callable[[float], None]) -> str:
    """Submit, and give the ARN of the job that the token leads to, new or not."""
    marks = run.marks(generation)
    request = {
        **run.request,
        "tags": {**run.request.get("tags", {}), **marks},
        "clientToken": run.client_token(generation),
    }
    arn = client.submit_service_job(request)
    return arn or _find_submitted(client, run, marks[RUN_TAG], sleep)


def _find_submitted(
    client: BatchClient, run: Run, mark: str, sleep: Callable[[float], None]
) -> str:
    queue, name = run.request["jobQueue"], run.request["jobName"]
    for seconds in _LISTED_AFTER:
        sleep(seconds)
        for job in client.list_service_jobs_named(queue, name):
            detail = _find(client, job["jobId"]) or {}
            if detail.get("tags", {}).get(RUN_TAG) == mark:
                arn: str = detail["jobArn"]
                return arn
    raise Refused(
        "submitting",
        "ServiceJob",
        name,
        "Batch has its client_token already, but lists no such job",
        "choose another client_token"
        if run.token
        else "run `pulumi up` again in a minute to find it, or change `triggers` for a new run",
    )


def _is_wanted(client: BatchClient, run: Run, detail: Detail, known: set[str]) -> bool:
    """Tell whether the job that a token led to is new, or from a create of this run that was lost.

    Lists may lag behind: a job that was not listed is new, unless it is marked as given up. A token
    of the user's own may also lead to a job of another name or queue, that is somebody else's.
    """
    if detail["jobId"] not in known and not run.token:
        return not is_given_up(detail)
    if not _carries_identity(run, detail) or is_given_up(detail):
        return False
    if not _has_ended(detail) or detail["jobId"] not in known:
        return True
    # No mark: an ended job is still wanted, but only where AWS lets ended jobs be marked.
    mark = {IDENTITY_TAG: identity_tag(run.identity)}
    return try_to(lambda: client.tag_resource(detail["jobArn"], mark))


def _has_ended(detail: Detail) -> bool:
    return detail["status"] in TERMINAL or bool(detail.get("isTerminated"))


def _carries_identity(run: Run, detail: Detail) -> bool:
    tags = detail.get("tags", {})
    return bool(tags.get(IDENTITY_TAG) == identity_tag(run.identity))


def _find(client: BatchClient, job: str) -> Detail | None:
    try:
        return client.find_service_job(job)
    except NotFound:
        return None


def _describe(client: BatchClient, job: str) -> Detail | None:
    """Describe without raising: once a job is submitted nothing may, or its id is lost."""
    try:
        detail = client.find_service_job(job)
    except (NotFound, Refused, Unreachable):
        return None
    return detail if "status" in detail else None  # a garbled answer reads as an empty one
