"""The jobs that a completion was given: what they are called, where they are shown, what is secret.

Each is a `ServiceJob` of the program or the ARN of any service job. Of an ARN nothing else is known
before it is looked at. A list or mapping of them may itself be an Output: a component's, or another
stack's.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi

from sjresource.aws.arn import parse_arn
from sjresource.stack.inputs.output_text import TELLS, is_output_text
from sjresource.status.masking import secret_values
from sjresource.waiting.options import nonsense, shown
from sjresource.waiting.wait import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Place = tuple[str, str | None]

_KINDS = ("job", "job-definition", "job-queue", "scheduling-policy", "service-environment")
_SEVERAL = (list, tuple, set, frozenset, Mapping)
_MUST = "must be a ServiceJob, or the ARN of a service job, got"
_AN_ID = re.compile(r"[\w-]+", re.ASCII)
_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class DeclaredJob(pulumi.Resource):
    """A job that this program declares, as far as a wait looks into it; `ServiceJob` is the one."""

    if TYPE_CHECKING:  # at run time an annotation is an output to Pulumi's SDK
        given_arguments: dict[str, Any]
        job_name: pulumi.Output[str]
        job_queue: pulumi.Output[str]
        created_at: pulumi.Output[int | None]

        @property
        def job_arn(self) -> pulumi.Output[str]:
            """The job's ARN."""


class Entry(NamedTuple):
    """One job as it was given; `name` is its name in a mapping, None in a list."""

    given: Any
    name: str | None = None


_NEW_SECONDS = 300.0
"""For so long after a submission what Batch shows may lag behind it: far longer than was heard."""


class WaitedJobs:
    """The jobs of the completion that is called `name`, in the order given."""

    def __init__(
        self, name: str, entries: Sequence[Entry] | pulumi.Output[Sequence[Entry]]
    ) -> None:
        self._name = name
        self._entries = entries

    @classmethod
    def of(cls, name: str, job: Any, jobs: Any, min_succeeded: int | None = None) -> WaitedJobs:
        """Take one job or many; what an Output holds is looked at once it is known.

        Raises:
            pulumi.RunError: both are given, or none, or something that is no job, or fewer jobs
                than have to succeed.
        """
        if (job is None) == (jobs is None):
            raise nonsense(name, "needs either job or jobs")
        if job is not None:
            entries = [Entry(_job(name, job, "job"))]
            _require_count(name, entries, min_succeeded)
            return cls(name, entries)

        def taken(known: Any) -> list[Entry]:
            entries = _entries(name, known)
            _require_count(name, entries, min_succeeded)
            return entries

        if isinstance(jobs, (pulumi.Output, Awaitable)):
            return cls(name, pulumi.Output.from_input(jobs).apply(taken))
        return cls(name, taken(jobs))

    def arns(self) -> pulumi.Output[list[str]]:
        """Return the jobs' ARNs."""
        arns: pulumi.Output[list[str]] = self._each(
            lambda entries: pulumi.Output.all(*(_arn(each) for each in entries))
        )
        return arns

    def names(self) -> pulumi.Input[list[str] | None]:
        """Return the names that a mapping has given them; None for a list."""
        names: pulumi.Input[list[str] | None] = self._each(_names)
        return names

    async def submissions(self, jobs: list[Job]) -> list[Job]:
        """Add each job's name in Batch and whether it is new, as far as the state knows."""
        return [await _submitted(job) for job in jobs]

    def once_known(self, then: Callable[[list[Job]], Any]) -> pulumi.Output[Any]:
        """Call with the jobs, once it is known where they are."""

        def told(entries: Sequence[Entry]) -> pulumi.Output[Any]:
            places = pulumi.Output.all(*(_place(each) for each in entries))
            return places.apply(lambda known: then(self.to_wait_for(entries, known)))

        found: pulumi.Output[Any] = self._each(told)
        return found

    def to_wait_for(self, entries: Sequence[Entry], places: Sequence[Place]) -> list[Job]:
        """Name the jobs, now that it is known where they are."""
        jobs = []
        for number, (entry, (arn, queue)) in enumerate(zip(entries, places, strict=True)):
            if isinstance(entry.given, DeclaredJob):
                jobs.append(Job(arn, entry.given.pulumi_resource_name, queue, entry.given))
            else:
                which = entry.name or number
                name = f"{self._name}[{which}]" if len(entries) > 1 else self._name
                jobs.append(Job(arn, name, queue))
        return jobs

    async def secrets(self) -> frozenset[str]:
        """Find what is secret in the arguments; nothing is known of a job that is just an ARN."""
        given = [entry.given for entry in await self._known_entries()]
        return await secret_values(
            [job.given_arguments for job in given if isinstance(job, DeclaredJob)]
        )

    async def urns(self) -> list[str]:
        """Return the URNs of the program's own jobs, and of what names their queues."""
        found: set[str] = set()
        for entry in await self._known_entries():
            if isinstance(entry.given, DeclaredJob):
                queue = entry.given.given_arguments["job_queue"]
                made_by = await queue.resources() if isinstance(queue, pulumi.Output) else set()
                found |= {str(await each.urn.future()) for each in {entry.given, *made_by}}
        return sorted(found)

    async def _known_entries(self) -> Sequence[Entry]:
        if isinstance(self._entries, pulumi.Output):
            return await self._entries.future() or []
        return self._entries

    def secret_values(self) -> pulumi.Output[list[str] | None]:
        """Return the secrets, as a secret; None, which is none, where there are no secrets."""
        return self._if_secrets(sorted)

    def secret_results(self) -> pulumi.Output[dict[str, Any] | None]:
        """Return the place for what is made of secrets: empty and a secret; None without any."""
        return self._if_secrets(lambda _: {})

    def _if_secrets(self, make: Callable[[frozenset[str]], Any]) -> pulumi.Output[Any]:
        values = asyncio.ensure_future(self.secrets())

        async def made() -> Any:
            return make(await values) if await values else None

        async def are_there() -> bool:
            return bool(await values)

        return pulumi.Output(set(), made(), _resolved(value=True), are_there())

    def _each(self, make: Callable[[Sequence[Entry]], Any]) -> Any:
        if isinstance(self._entries, pulumi.Output):
            return self._entries.apply(make)
        return make(self._entries)


def unknown() -> pulumi.Output[Any]:
    """Return a value that is not known, even where previews are over."""
    return pulumi.Output(set(), _resolved(value=None), _resolved(value=False))


async def _resolved(*, value: Any) -> Any:
    return value


async def _submitted(job: Job) -> Job:
    """Add what a state knows of the submission; a job that was not described yet is new."""
    if not isinstance(job.row, DeclaredJob):
        return job
    created = await job.row.created_at.future()
    is_new = created is None or time.time() - created / 1000 < _NEW_SECONDS
    return replace(job, job_name=await job.row.job_name.future(), is_new=is_new)


def _entries(name: str, jobs: Any) -> list[Entry]:
    if isinstance(jobs, Mapping):
        named = [(_job_name(name, key), each) for key, each in jobs.items()]
        return [
            Entry(_job(name, each, f"jobs[{key!r}]"), key)
            for key, each in sorted(named, key=lambda item: item[0])
        ]
    if isinstance(jobs, (DeclaredJob, str)):
        raise nonsense(name, "jobs takes a list or a mapping of jobs; give a single one as job")
    if not isinstance(jobs, (list, tuple)):
        reason = f"jobs must be a list of jobs, or a mapping of names to jobs, got {_seen(jobs)}"
        raise nonsense(name, reason)
    return [Entry(_job(name, each, f"jobs[{at}]")) for at, each in enumerate(jobs)]


def _job(name: str, given: Any, path: str) -> Any:
    """Return what may be waited for: a job, an ARN, or an Output of either."""
    if isinstance(given, DeclaredJob):
        return given
    if isinstance(given, (pulumi.Output, Awaitable)):
        return pulumi.Output.from_input(given).apply(lambda known: _known_job(name, known, path))
    wrong = _no_job(given, path)
    if wrong:
        raise nonsense(name, f"{path} {wrong}")
    return given


def _no_job(given: Any, path: str) -> str | None:
    """Say what is wrong with what is to be an ARN; None if it is one, or an id."""
    if is_output_text(given):
        return TELLS
    if not isinstance(given, str):
        several = "; give several as jobs" if isinstance(given, _SEVERAL) and path == "job" else ""
        return f"{_MUST} {_seen(given)}{several}"
    arn = parse_arn(given)
    if arn is not None and (arn.service, arn.kind) != ("batch", "service-job"):
        kind = f"a {arn.kind}" if arn.kind in _KINDS else "another thing"
        return f"{_MUST} the ARN of {kind}"
    if not (_AN_ID.fullmatch(arn.name) if arn else _JOB_ID.fullmatch(given)):
        return f"{_MUST} a text that is none; a name may be that of many jobs"
    return None


def _seen(given: Any) -> str:
    """Name the kind of what was given: a text may be a secret."""
    return "a text" if isinstance(given, str) else shown(given)


def _known_job(name: str, known: Any, path: str) -> Any:
    job = _job(name, known, path)
    return job.job_arn if isinstance(job, DeclaredJob) else job


def _job_name(name: str, key: Any) -> str:
    if not isinstance(key, str) or not key or is_output_text(key):
        raise nonsense(name, f"jobs has a name that is {_seen(key)}; names must be texts")
    return key


def _require_count(name: str, entries: Sequence[Entry], min_succeeded: int | None) -> None:
    count = len(entries)
    if not count:
        raise nonsense(name, "jobs must not be empty")
    if min_succeeded is not None and not 1 <= min_succeeded <= count:
        reason = f"min_succeeded must be 1 to {count}, the number of jobs, got {min_succeeded}"
        raise nonsense(name, reason)


def _names(entries: Sequence[Entry]) -> list[str] | None:
    return [entry.name or "" for entry in entries] if entries[0].name is not None else None


def _arn(entry: Entry) -> pulumi.Input[str]:
    given: Any = entry.given
    arn: pulumi.Input[str] = given.job_arn if isinstance(given, DeclaredJob) else given
    return arn


def _place(entry: Entry) -> pulumi.Output[Place]:
    given = entry.given
    if isinstance(given, DeclaredJob):
        return pulumi.Output.all(given.job_arn, given.job_queue).apply(tuple)
    return pulumi.Output.from_input(given).apply(lambda arn: (arn, None))


async def with_urns(statuses: list[str | None], jobs: list[Job]) -> list[Any]:
    """Put the URN where a job of this program has no status, for the advice to name it."""
    told: list[Any] = list(statuses)
    for at, job in enumerate(jobs):
        if told[at] is None and job.row is not None:
            told[at] = {"urn": str(await job.row.urn.future())}
    return told
