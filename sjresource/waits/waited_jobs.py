"""The jobs that a completion was given: what they are called, where they are shown, what is secret.

Each is a `ServiceJob` of the program or the ARN of any service job. Of an ARN nothing else is known
before it is looked at.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.service_job import ServiceJob
from sjresource.waits.masking import secret_values
from sjresource.waits.waiting import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Given = ServiceJob | pulumi.Input[str]
    Place = tuple[str, str | None]


class WaitedJobs:
    """The jobs of the completion that is called `name`, in the order given."""

    def __init__(self, name: str, jobs: Sequence[Given]) -> None:
        self._name = name
        self._jobs = jobs

    @classmethod
    def of(cls, name: str, job: Given | None, jobs: Sequence[Given] | None) -> WaitedJobs:
        """Take one job or many.

        Raises:
            pulumi.RunError: both are given, or none.
        """
        if (job is None) == (jobs is None):
            raise _nonsense(name, "needs either job or jobs")
        return cls(name, [job] if job is not None else list(jobs or []))

    def require_sense(self, min_succeeded: int | None, on_failure: str) -> None:
        """Fail the program, at preview, for what could only fail after the wait.

        Raises:
            pulumi.RunError: an argument is out of its range.
        """
        count = len(self._jobs)
        if not count:
            raise _nonsense(self._name, "jobs must not be empty")
        if min_succeeded is not None and not 1 <= min_succeeded <= count:
            reason = f"min_succeeded must be 1 to {count}, the number of jobs, got {min_succeeded}"
            raise _nonsense(self._name, reason)
        if on_failure not in ("raise", "record"):
            raise _nonsense(self._name, f"on_failure must be raise or record, got {on_failure!r}")

    def arns(self) -> pulumi.Output[list[str]]:
        """Give the jobs' ARNs."""
        return pulumi.Output.all(*map(_arn, self._jobs))

    def places(self) -> pulumi.Output[list[Place]]:
        """Give each job's ARN with its queue, None for a job that is just an ARN."""
        return pulumi.Output.all(*map(_place, self._jobs))

    def to_wait_for(self, places: Sequence[Place]) -> list[Job]:
        """Name the jobs, now that it is known where they are."""
        jobs = []
        for number, (given, (arn, queue)) in enumerate(zip(self._jobs, places, strict=True)):
            if isinstance(given, ServiceJob):
                jobs.append(Job(arn, given.pulumi_resource_name, queue, given))
            else:
                name = f"{self._name}[{number}]" if len(self._jobs) > 1 else self._name
                jobs.append(Job(arn, name, queue))
        return jobs

    async def secrets(self) -> frozenset[str]:
        """Find what is secret in the arguments; nothing is known of a job that is just an ARN."""
        return await secret_values(
            [job.given_arguments for job in self._jobs if isinstance(job, ServiceJob)]
        )

    def masks(self) -> pulumi.Output[list[str] | None]:
        """Give the secrets, as a secret; None, which is none, where there are no secrets."""
        return self._if_secrets(sorted)

    def withheld(self) -> pulumi.Output[dict[str, Any] | None]:
        """Return the place for what is made of secrets: empty and a secret; None without any."""
        return self._if_secrets(lambda _: {})

    def _if_secrets(self, make: Callable[[frozenset[str]], Any]) -> pulumi.Output[Any]:
        values = asyncio.ensure_future(self.secrets())

        async def made() -> Any:
            return make(await values) if await values else None

        async def are_there() -> bool:
            return bool(await values)

        return pulumi.Output(set(), made(), _resolved(value=True), are_there())


def unknown() -> pulumi.Output[Any]:
    """Give a value that is not known, even where previews are over."""
    return pulumi.Output(set(), _resolved(value=None), _resolved(value=False))


async def _resolved(*, value: Any) -> Any:
    return value


def _arn(given: Given) -> pulumi.Input[str]:
    return given.job_arn if isinstance(given, ServiceJob) else given


def _place(given: Given) -> pulumi.Output[Place]:
    if isinstance(given, ServiceJob):
        return pulumi.Output.all(given.job_arn, given.job_queue).apply(tuple)
    return pulumi.Output.from_input(given).apply(lambda arn: (arn, None))


def _nonsense(name: str, reason: str) -> pulumi.RunError:
    return pulumi.RunError(f"declaring ServiceJobCompletion ({name}): {reason}")
