"""The jobs that a completion waits for: their ARNs, names, resources and secrets.

Some are known only once the Outputs are that they are given by.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pulumi

from sjresource.status.masking import secret_values
from sjresource.waiting.given_jobs import DeclaredJob, given_entries
from sjresource.waiting.watch import Watch, is_new_job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sjresource.waiting.given_jobs import Entry

T = TypeVar("T")


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
        """Return the jobs of a completion's arguments; see `given_entries`."""
        return cls(name, given_entries(name, job, jobs, min_succeeded))

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
