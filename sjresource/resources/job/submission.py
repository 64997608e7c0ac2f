"""Find, adopt or submit: how one run is submitted once, even if something crashes in between.

A create that ran before and was lost (a killed plugin, a lost answer, a state that was not
written) leaves a job behind that the stack does not know. The jobs of that name are listed first,
and the same request is always sent with the same clientToken, so one of these rows holds. LOST and
the like are `ownership`'s words, decided by the job's tags:

| what is found                                 | what is done                                  |
| --------------------------------------------- | --------------------------------------------- |
| a live job of this run, LOST; an ended alias's| taken, if AWS lets that one be tagged         |
| a live job of another run, LOST               | named as an orphan, not ended                 |
| a job of this run, RECORDED or UNDECIDED      | the user is asked, by an error                |
| the same, and the create replaces that job    | next generation                               |
| a live job of another run, RECORDED           | named, not ended                              |
| the token leads to a job that was not there   | taken                                         |
| it leads to an ended job, LOST                | taken                                         |
| it leads to a RECORDED job                    | as above: the user is asked; next generation  |
| it leads to a RELEASED or a FOREIGN job       | next generation                               |
| it was used, and its job is not to be found   | an error                                      |

A job counts as ended once it is terminal, or was asked to terminate. A deleted job is tagged as
released, which counts only once it has ended (see `termination`). Where AWS refuses to tag an ended
job, only the operation that has ended it knows; a later one asks about the job if a state had it,
and otherwise runs it again.

`tests/unit/resources/test_submission.py` plays each row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.calls import ignoring_refusal
from sjresource.aws.waiters import poll
from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable
from sjresource.resources.job.wanted_run import token_digest_of
from sjresource.stack.identity import IDENTITY_TAG, identity_tag, token_digest
from sjresource.stack.ownership import (
    RECORDED_BEFORE,
    has_ended,
    is_recorded,
    is_released,
    other_owner,
    ownership_of,
)
from sjresource.stack.spelling.words import FOR_A_NEW_RUN
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from concurrent.futures import Future

    from sjresource.aws.batch import BatchClient
    from sjresource.resources.job.wanted_run import WantedRun

    Detail = Mapping[str, Any]

_GENERATIONS = 1000
"""More runs of one identical request than anybody releases and wants again."""

_LIST_DELAYS = (0.5, 1, 2, 4, 8)
"""Seconds between searches for a job that Batch says it has: lists may lag behind."""

_ENDED_DESCRIBED = 10
"""How many ended jobs of a new resource's name are described, the latest: one may be its own."""

_DECIDED_DELAYS = (1, 2, 4)
"""Seconds between descriptions of a job that may be another's: a create that is under way gets its
tag, and a resource that has just been renamed takes its job with it.
"""


@dataclass(frozen=True)
class Submitted:
    """The job that runs for us; `detail` is None if it could not be described, or need not be."""

    arn: str
    detail: Detail | None = None
    orphans: list[str] = field(default_factory=list)
    """Live jobs of lost runs of the resource whose request has been edited since."""
    recorded_runs: list[str] = field(default_factory=list)
    """Live jobs of other runs under the resource's identity that a state has, or had."""
    was_there: bool = False
    """Whether it was there before, and nothing was submitted."""


def find_or_submit(
    client: BatchClient,
    run: WantedRun,
    sleep: Callable[[float], None],
    listed: Future[Sequence[Detail]] | None = None,
) -> Submitted:
    """Return the one job of this run, submitted now or by a create that was lost.

    Args:
        client: of the queue's region.
        run: the run.
        sleep: how to let seconds pass.
        listed: the jobs of the run's own name, where they are being listed already.

    Raises:
        RequestFailed: among others, the user has to decide about a job of this very run.
        RequestFailed, Unreachable: another call is safe, and finds what this one submitted.
    """
    submission = _Submission(client, run, sleep, listed)
    found = submission.decided_jobs()
    taken = next((job for job in found if run.takes(job) and _claim(client, run, job)), None)
    others = [job for job in found if job is not taken and not has_ended(job)]
    orphans = [job["jobArn"] for job in others if run.ownership_of(job) == "LOST"]
    recorded = [
        job["jobArn"]
        for job in others
        if run.ownership_of(job) == "RECORDED" and job["jobArn"] != run.replaced
    ]
    if taken is None:
        arn, detail = submission.submit_new()
        was_there = submission.was_listed(arn)
        return Submitted(arn, detail, orphans, recorded, was_there=was_there)
    return Submitted(taken["jobArn"], taken, orphans, recorded, was_there=True)


def _claim(client: BatchClient, run: WantedRun, job: Detail) -> bool:
    """Tag a job of this run as its own; return False if it has ended and AWS refuses that."""
    tags = run.renewed_tags(job["tags"])
    if all(job["tags"].get(key) == value for key, value in tags.items()):
        return True
    if has_ended(job):
        return ignoring_refusal(lambda: client.tag_resource(job["jobArn"], tags))
    client.tag_resource(job["jobArn"], tags)
    return True


def adopt(client: BatchClient, run: WantedRun, job: str) -> Submitted | None:
    """Take over the job with this id or ARN, which another tool or another stack submitted.

    Its tags say afterwards whose it is, and a live job has the tags and the priority of the run: a
    diff will find them as they are wanted. Where AWS does not let tags be changed, a job without an
    owner is adopted all the same.

    Returns:
        The job; None if this resource has released it before.

    Raises:
        NotFound: there is no such job.
        RequestFailed: it is another resource's, or can't be tagged as this one's.
    """
    detail = client.find_service_job(job)
    if refusal := refused_adoption(run, job, detail):
        raise refusal
    if is_released(detail):
        return None

    def tag() -> None:
        tags = {**run.request.get("tags", {}), **run.renewed_tags(detail.get("tags", {}))}
        client.tag_resource(detail["jobArn"], tags)

    if _owner(run, detail):
        tag()
    else:
        ignoring_refusal(tag)
    present = detail.get("schedulingPriority") or 0
    wanted = run.request.get("schedulingPriority", present)
    if wanted != present and not has_ended(detail):
        client.update_service_job(detail["jobArn"], wanted)
    return Submitted(detail["jobArn"], detail, was_there=True)


def refused_adoption(run: WantedRun, job: str, detail: Detail) -> RequestFailed | None:
    """Return why a job can't be adopted: it is another resource's. None if it can."""
    owner = _owner(run, detail)
    if not owner or ownership_of(detail, run.identity) == "UNDECIDED":
        return None
    return RequestFailed(
        "adopting",
        "ServiceJob",
        job,
        f"it is the resource {owner} of a Pulumi stack",
        "let that stack forget it first: `retain_on_delete`, then remove it there; "
        "then remove its tag sjresource:identity",
    )


def _owner(run: WantedRun, detail: Detail) -> str:
    return other_owner(detail, *(each.identity for each in run.variants))


def live_jobs(client: BatchClient, arns: list[str]) -> list[str]:
    """Return the jobs that have not ended; somebody may have stopped them meanwhile."""
    details = {arn: _find(client, arn) for arn in arns}
    return [arn for arn, detail in details.items() if detail and not has_ended(detail)]


class _Submission:
    """One run on its way to a job, and the jobs of its name, as they were first described."""

    def __init__(
        self,
        client: BatchClient,
        run: WantedRun,
        sleep: Callable[[float], None],
        listed: Future[Sequence[Detail]] | None,
    ) -> None:
        self._client = client
        self._run = run
        self._sleep = sleep
        self._details: dict[str, Detail] = {}
        self._statuses: dict[str, str] = {}
        self._created: dict[str, int] = {}
        self._list_jobs(listed)
        self._known = frozenset(self._statuses)
        """Ids of the jobs that were there before anything was submitted."""

    def decided_jobs(self) -> list[Detail]:
        """Return the jobs of the name once the user has to decide about none of them.

        What this operation has ended needs no description: it is nobody's. Nor does what other
        resources of it have: of a sweep in which all jobs have one name it would be N a job.

        Raises:
            RequestFailed: after some seconds there still is one to decide about.
        """
        # Before a replacement, the state has seen to the jobs that had ended.
        ended = _ENDED_DESCRIBED if self._run.replaced is None else 0

        def describe() -> list[Detail]:
            self._details.clear()
            return list(self._described_jobs(ended=ended, but=self._run.known))

        def is_decided(jobs: list[Detail]) -> bool:
            return not any(map(self._run.must_ask_about, jobs))

        jobs = poll(describe, is_decided, self._sleep, _DECIDED_DELAYS)
        for job in filter(self._run.must_ask_about, jobs):
            raise question_about(self._run, job)
        return jobs

    def was_listed(self, arn: str) -> bool:
        """Return whether a job was there before anything was submitted."""
        return name_in(arn) in self._known

    def submit_new(self) -> tuple[str, Detail | None]:
        """Submit under one generation of the token after the other, until a job is wanted."""
        run = self._run
        useless: set[str] | None = None
        for generation in range(1 if run.token else _GENERATIONS):
            if useless and token_digest(run.client_token(generation)) in useless:
                continue
            arn = self._submit(generation)
            if self._is_new(arn):
                return arn, None
            detail = _describe(self._client, arn)
            if detail is None and self.was_listed(arn):
                # It was there before, so nothing new is lost; it may have been released.
                seen = "the job that its token leads to can't be read"
                name, help_ = run.request["jobName"], "run `pulumi up` again"
                raise Unreachable("submitting", "ServiceJob", name, seen, help_)
            if detail is None or self._is_wanted(detail):
                return arn, detail
            if useless is None:
                passed = filter(run.passes_over, self._described_jobs())
                useless = {token_digest_of(job) for job in passed} - {""}
        seen = "its client_token leads to a job that was released or is somebody else's"
        raise _refusal(run, seen, "choose another client_token, or leave it out")

    def _submit(self, generation: int) -> str:
        """Submit, and return the ARN of the job that the token leads to, new or not."""
        request = {
            **self._run.request,
            "tags": {
                **self._run.request.get("tags", {}),
                **self._run.submission_tags(generation),
            },
            "clientToken": self._run.client_token(generation),
        }
        return self._client.submit_service_job(request) or self._find_submitted(generation)

    def _find_submitted(self, generation: int) -> str:
        """Return the ARN of the job that has a used token, among those that are listed by now."""
        token = token_digest(self._run.client_token(generation))

        def find() -> str:
            arns = (
                job["jobArn"] for job in self._described_jobs() if token_digest_of(job) == token
            )
            return next(arns, "")

        def sleep(seconds: float) -> None:
            self._sleep(seconds)
            self._list_jobs()

        arn = poll(find, bool, sleep, _LIST_DELAYS)
        if arn:
            return arn
        wait = "run `pulumi up` again in a minute to find it, or change `triggers` for a new run"
        raise _refusal(
            self._run,
            "Batch has its client_token already, but lists no such job",
            "choose another client_token" if self._run.token else wait,
        )

    def _is_new(self, arn: str) -> bool:
        """Return whether a submission's answer alone shows that its job is new, or was this run's.

        The list had the job that this create replaces, and so all that was submitted and given up
        before that one: lists lag behind, but do not leave out. A user's own token may lead
        anywhere.
        """
        replaced = self._run.replaced
        if self._run.token or not replaced or not self.was_listed(replaced):
            return False
        return name_in(arn) not in self._statuses

    def _is_wanted(self, job: Detail) -> bool:
        """Return whether the job that a token led to is new, or from a lost create of this run.

        Lists may lag behind: a job that was not listed is new, unless its tags say otherwise. A
        token of the user's own may also lead to a job of another name, queue or owner.

        Raises:
            RequestFailed: a state has recorded it, and it is not being replaced.
        """
        is_new = job["jobId"] not in self._known and not self._run.token
        if is_new and IDENTITY_TAG not in job.get("tags", {}):
            return True
        if self._run.passes_over(job):
            return False
        if self._run.ownership_of(job) != "LOST":
            raise question_about(self._run, job)
        if is_new or not has_ended(job):
            return True
        # Not released: an ended job is still wanted, but only where AWS lets ended jobs be tagged.
        tag = {IDENTITY_TAG: identity_tag(self._run.identity)}
        return ignoring_refusal(lambda: self._client.tag_resource(job["jobArn"], tag))

    def _list_jobs(self, listed: Future[Sequence[Detail]] | None = None) -> None:
        """List the jobs again, under each name that the run has had."""
        names = {(each.request["jobQueue"], each.request["jobName"]) for each in self._run.variants}
        own = (self._run.request["jobQueue"], self._run.request["jobName"])
        for queue, name in sorted(names):
            jobs = _result(listed) if (queue, name) == own else None
            if jobs is None:
                jobs = list(self._client.list_service_jobs_named(queue, name))
            for job in jobs:
                self._statuses[job["jobId"]] = job.get("status", "")
                self._created[job["jobId"]] = job.get("createdAt", 0)

    def _described_jobs(
        self, *, ended: int | None = None, but: AbstractSet[str] = frozenset()
    ) -> Iterator[Detail]:
        """Describe each job once.

        Args:
            ended: so many of those that have ended, the latest; None for all.
            but: ARNs of jobs to leave out.
        """
        over = [job_id for job_id, status in self._statuses.items() if status in TERMINAL]
        over.sort(key=self._created.__getitem__, reverse=True)
        left_out = {*(over[ended:] if ended is not None else ()), *map(name_in, but)}
        for job_id in self._statuses:
            if job_id in left_out:
                continue
            if job_id not in self._details and (found := _find(self._client, job_id)):
                self._details[job_id] = found
            if job_id in self._details:
                yield self._details[job_id]


def _result(listed: Future[Sequence[Detail]] | None) -> Sequence[Detail] | None:
    """Return what was listed ahead; None if nothing was, or it failed."""
    try:
        return listed.result() if listed else None
    except SjresourceError:
        return None


def _find(client: BatchClient, job: str) -> Detail | None:
    try:
        return client.find_service_job(job)
    except NotFound:
        return None


def _describe(client: BatchClient, job: str) -> Detail | None:
    """Describe without raising: an exception after the submission would lose the job's id."""
    try:
        detail = client.find_service_job(job)
    except (NotFound, RequestFailed, Unreachable):
        return None
    return detail if "status" in detail else None  # a garbled answer reads as an empty one


def question_about(run: WantedRun, job: Detail) -> RequestFailed:
    """Return the error that asks the user whether this job is the one that is wanted."""
    since = datetime.fromtimestamp(job.get("createdAt", 0) / 1000, timezone.utc)
    unrecorded = (
        f"{other_owner(job, run.identity)} submitted it and no state has recorded it, so it may be "
        "this stack's under another name"
    )
    whose = RECORDED_BEFORE if is_recorded(job) else unrecorded
    return _refusal(
        run,
        f"{job['jobArn']} is a run of this very request, {job['status']}, submitted "
        f"{since:%Y-%m-%d %H:%M} UTC; {whose}",
        f'own it with adopt_job_id="{job["jobId"]}{FOR_A_NEW_RUN}',
    )


def _refusal(run: WantedRun, seen: str, help_: str) -> RequestFailed:
    return RequestFailed("submitting", "ServiceJob", run.request["jobName"], seen, help_)
