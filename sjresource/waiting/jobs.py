"""The jobs that a completion was given: their ARNs, names, resources and secrets.

Each is a `ServiceJob` of the program or the ARN of any service job, of which nothing else is known
until it is described. A list or mapping of jobs may itself be an Output: a component's, or another
stack's.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import pulumi

from sjresource.aws.arn import is_job_id, is_service_job, parse_arn
from sjresource.aws.payload import is_unknown
from sjresource.stack.inputs.output_text import HOLDS_OUTPUT_TEXT, is_output_text
from sjresource.status.masking import secret_values
from sjresource.waiting.options import invalid_argument, quoted
from sjresource.waiting.watch import Watch, is_new_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

_BATCH_KINDS = ("job", "job-definition", "job-queue", "scheduling-policy", "service-environment")
_SEVERAL = (list, tuple, set, frozenset, Mapping)
_MUST = "must be a ServiceJob, or the ARN of a service job, got"
COUNTS_TWICE = "for a number of jobs that have to succeed it would count twice"
NAME_IS_NOT_ENOUGH = "a name is not enough, since several jobs may have it"
_ID = re.compile(r"[\w-]+", re.ASCII)


class DeclaredJob(pulumi.Resource):
    """The base class of `ServiceJob`: what a wait reads of a job that the program declares."""

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


@dataclass(frozen=True, eq=False)
class WaitedJob:
    """A job to wait for, as messages call it; `resource` is the program's own, else None."""

    name: str
    watch: Watch
    resource: Any = None


class WaitedJobs:
    """The jobs of the completion that is called `name`, in the order given."""

    def __init__(
        self, name: str, entries: Sequence[Entry] | pulumi.Output[Sequence[Entry]]
    ) -> None:
        self._name = name
        self._entries = entries

    @classmethod
    def of(cls, name: str, job: Any, jobs: Any, min_succeeded: int | None = None) -> WaitedJobs:
        """Return the jobs of a completion's arguments; Outputs are checked once they are known.

        Raises:
            pulumi.RunError: both arguments are given, or none; something in them is no job; or
                there are fewer jobs than have to succeed.
        """
        if (job is None) == (jobs is None):
            raise invalid_argument(name, "needs either job or jobs")
        if job is not None:
            entries = [Entry(_job(name, job, "job"))]
            _require_count(name, entries, min_succeeded)
            return cls(name, entries)

        def checked(known: Any) -> list[Entry]:
            entries = _entries(name, known)
            _require_count(name, entries, min_succeeded)
            return entries

        if isinstance(jobs, (pulumi.Output, Awaitable)):
            return cls(name, pulumi.Output.from_input(jobs).apply(checked))
        return cls(name, checked(jobs))

    def arns(self) -> pulumi.Output[list[str]]:
        """Return the jobs' ARNs."""
        return self._each(lambda entries: pulumi.Output.all(*(_arn(each) for each in entries)))

    def names(self) -> pulumi.Input[list[str] | None]:
        """Return the names of a mapping; None for a list."""
        return self._each(_names)

    def apply(self, then: Callable[[list[WaitedJob]], Any]) -> pulumi.Output[Any]:
        """Call `then` with the jobs, once their ARNs and queues are known."""

        def with_queues(entries: Sequence[Entry]) -> pulumi.Output[Any]:
            queues = pulumi.Output.all(*(_arn_and_queue(each) for each in entries))
            return queues.apply(lambda known: then(self._jobs(entries, known)))

        return self._each(with_queues)

    def _jobs(
        self, entries: Sequence[Entry], arns_and_queues: Sequence[tuple[str, str | None]]
    ) -> list[WaitedJob]:
        jobs = []
        for number, (entry, (arn, queue)) in enumerate(zip(entries, arns_and_queues, strict=True)):
            if isinstance(entry.given, DeclaredJob):
                name = entry.given.pulumi_resource_name
                jobs.append(WaitedJob(name, Watch(arn, queue), entry.given))
            else:
                which = entry.name or number
                name = f"{self._name}[{which}]" if len(entries) > 1 else self._name
                jobs.append(WaitedJob(name, Watch(arn, queue)))
        return jobs

    async def secrets(self) -> frozenset[str]:
        """Return the secret values of the jobs' arguments; those of an ARN are unknown."""
        given = [entry.given for entry in await self._known_entries()]
        return await secret_values(
            [job.given_arguments for job in given if isinstance(job, DeclaredJob)]
        )

    async def dependency_urns(self) -> list[str]:
        """Return the URNs of the program's own jobs and of the resources that make their queues."""
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
        """Return the jobs' secret values as a secret; a None that is no secret without any."""
        return self._if_secrets(sorted)

    def secret_results(self) -> pulumi.Output[dict[str, Any] | None]:
        """Return an empty secret for the provider to fill; a None that is no secret without any.

        The engine encrypts only those outputs of a dynamic provider that were secret inputs.
        """
        return self._if_secrets(lambda _: {})

    def _if_secrets(self, make: Callable[[frozenset[str]], Any]) -> pulumi.Output[Any]:
        values = asyncio.ensure_future(self.secrets())

        async def value() -> Any:
            return make(await values) if await values else None

        async def is_secret() -> bool:
            return bool(await values)

        return pulumi.Output(set(), value(), _resolved(value=True), is_secret())

    def _each(self, make: Callable[[Sequence[Entry]], T]) -> T:
        if isinstance(self._entries, pulumi.Output):
            return cast("T", self._entries.apply(make))
        return make(self._entries)


def unknown() -> pulumi.Output[Any]:
    """Return an Output that is unknown, in an `up` too."""
    return pulumi.Output(set(), _resolved(value=None), _resolved(value=False))


async def _resolved(*, value: Any) -> Any:
    return value


async def add_submissions(jobs: Sequence[WaitedJob]) -> None:
    """Add what the state has of the submissions; a job that was not described yet is new."""
    for job in jobs:
        if isinstance(job.resource, DeclaredJob):
            created = await job.resource.created_at.future()
            job.watch.job_name = await job.resource.job_name.future()
            job.watch.is_new = is_new_job(created, time.time())


def _entries(name: str, jobs: Any) -> list[Entry]:
    if isinstance(jobs, Mapping):
        named = [(_job_name(name, key), each) for key, each in jobs.items()]
        return [
            Entry(_job(name, each, f"jobs[{key!r}]"), key)
            for key, each in sorted(named, key=lambda item: item[0])
        ]
    if isinstance(jobs, (DeclaredJob, str)):
        raise invalid_argument(
            name, "jobs takes a list or a mapping of jobs; give a single one as job"
        )
    if not isinstance(jobs, (list, tuple)):
        reason = (
            f"jobs must be a list of jobs, or a mapping of names to jobs, got {_quoted_type(jobs)}"
        )
        raise invalid_argument(name, reason)
    return [Entry(_job(name, each, f"jobs[{at}]")) for at, each in enumerate(jobs)]


def _job(name: str, given: Any, path: str) -> Any:
    """Check and return a job, an ARN or id, or an Output of either."""
    if isinstance(given, DeclaredJob):
        return given
    if isinstance(given, (pulumi.Output, Awaitable)):
        return pulumi.Output.from_input(given).apply(lambda known: _known_job(name, known, path))
    problem = _problem(given, path)
    if problem:
        raise invalid_argument(name, f"{path} {problem}")
    return given


def _problem(given: Any, path: str) -> str | None:
    """Return what is wrong with an ARN or id; None if nothing is."""
    if is_output_text(given):
        return HOLDS_OUTPUT_TEXT
    if not isinstance(given, str):
        several = "; give several as jobs" if isinstance(given, _SEVERAL) and path == "job" else ""
        return f"{_MUST} {_quoted_type(given)}{several}"
    arn = parse_arn(given)
    if arn is not None and not is_service_job(arn):
        is_batch_s = arn.service == "batch" and arn.kind in _BATCH_KINDS
        kind = f"a {arn.kind}" if is_batch_s else "another resource"
        return f"{_MUST} the ARN of {kind}"
    if not names_one_job(given):
        return f"{_MUST} another text; {NAME_IS_NOT_ENOUGH}"
    return None


def names_one_job(text: str) -> bool:
    """Return whether the text of a service job is an ARN with an id, or an id, and not a name."""
    arn = parse_arn(text)
    return bool(_ID.fullmatch(arn.name)) if arn else is_job_id(text)


def repeated_jobs(jobs: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Yield the positions of each job that is known to be an earlier one, after that one's."""
    first: dict[Any, int] = {}
    for position, job in enumerate(jobs):
        if isinstance(job, (str, DeclaredJob)) and not is_unknown(job):
            key = job.rpartition("/")[2] if isinstance(job, str) else id(job)
            if first.setdefault(key, position) != position:
                yield first[key], position


def _quoted_type(given: Any) -> str:
    """Return what was given as an error quotes it: of a text, which may be secret, the type."""
    return "a text" if isinstance(given, str) else quoted(given)


def _known_job(name: str, known: Any, path: str) -> Any:
    job = _job(name, known, path)
    return job.job_arn if isinstance(job, DeclaredJob) else job


def _job_name(name: str, key: Any) -> str:
    if not isinstance(key, str) or not key or is_output_text(key):
        raise invalid_argument(
            name, f"jobs has a name that is {_quoted_type(key)}; names must be texts"
        )
    return key


def _require_count(name: str, entries: Sequence[Entry], min_succeeded: int | None) -> None:
    count = len(entries)
    if not count:
        raise invalid_argument(name, "jobs must not be empty")
    if min_succeeded is not None and not 1 <= min_succeeded <= count:
        reason = f"min_succeeded must be 1 to {count}, the number of jobs, got {min_succeeded}"
        raise invalid_argument(name, reason)
    if min_succeeded is not None:
        for first, second in repeated_jobs([entry.given for entry in entries]):
            one, other = (entries[at].name or at for at in (first, second))
            raise invalid_argument(
                name, f"jobs[{other!r}] is the job of jobs[{one!r}]; {COUNTS_TWICE}"
            )


def _names(entries: Sequence[Entry]) -> list[str] | None:
    return [entry.name or "" for entry in entries] if entries[0].name is not None else None


def _arn(entry: Entry) -> Any:
    return entry.given.job_arn if isinstance(entry.given, DeclaredJob) else entry.given


def _arn_and_queue(entry: Entry) -> pulumi.Output[tuple[str, str | None]]:
    given = entry.given
    if isinstance(given, DeclaredJob):
        return pulumi.Output.all(given.job_arn, given.job_queue).apply(tuple)
    return pulumi.Output.from_input(given).apply(lambda arn: (arn, None))


async def with_urns(statuses: list[str | None], jobs: list[WaitedJob]) -> list[Any]:
    """Return the statuses, with the URN in place of a missing one: the advice needs it."""
    found: list[Any] = list(statuses)
    for at, job in enumerate(jobs):
        if found[at] is None and job.resource is not None:
            found[at] = {"urn": str(await job.resource.urn.future())}
    return found
