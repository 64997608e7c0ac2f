"""Reports in a preview, on the stack's row, what its new runs may use at most, or refuses them.

A preview's registrations tell which jobs the `up` would run: the engine knows no id of a resource
that is new or to be replaced. The program knows the arguments of all of them, and which are secret.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi

from sjresource.aws.payload import is_plain
from sjresource.checks.rules.instance_hours import (
    arguments_of_hours,
    hours_words,
    instance_hours_by_type,
    number_words,
)
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.values.lookups import holds_unknown
from sjresource.sanitize import plain
from sjresource.spending.limit import ADVICE, NOT_KNOWN
from sjresource.stack.config import check_settings
from sjresource.stack.pulumi_cli.command_line import pulumi_command_line
from sjresource.status.text import first_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMED = 20


@dataclass(frozen=True)
class PlannedRun:
    """A job that the `up` would run.

    Attributes:
        name: The resource's.
        hours: The most that it may use, by instance type; None if that is not known.
        is_secret: Whether they follow from a secret.
        is_undecided: Whether they follow from what the preview does not know yet.
    """

    name: str
    hours: Mapping[str, float] | None = field(repr=False, default=None)
    is_secret: bool = False
    is_undecided: bool = False

    @property
    def total(self) -> float:
        """Its hours of all types, 0 if they are not known."""
        return sum((self.hours or {}).values())

    @property
    def words(self) -> str:
        """Its name and hours."""
        if self.is_secret:
            return f"{self.name} [secret]"
        return f"{self.name} {number_words(self.total)}" if self.hours else f"{self.name} not known"


def summary_of(runs: Sequence[PlannedRun]) -> str | None:
    """Return the line for the stack's row; None if nothing is to run."""
    if not runs:
        return None
    told = [run for run in runs if run.hours and not run.is_secret]
    by_type: dict[str, float] = {}
    for run in told:
        for kind, hours in (run.hours or {}).items():
            by_type[kind] = by_type.get(kind, 0.0) + hours
    parts = [f"{_jobs(len(told))}, at most {hours_words(by_type)}"] if told else []
    secret = sum(run.is_secret for run in runs)
    if secret:
        parts.append(f"{_jobs(secret)} whose hours are secret")
    if unknown := len(runs) - len(told) - secret:
        parts.append(f"{_jobs(unknown)} whose hours are not known")
    return f"this update runs {'; '.join(parts)}"


def refusal_of(runs: Sequence[PlannedRun], limit: float | None) -> str | None:
    """Return why a program's runs are refused; None if they are not."""
    excess = excess_of(runs, limit)
    return excess and plain(f"checking Stack ({pulumi.get_stack()}): {excess}; {ADVICE}")


def excess_of(runs: Sequence[PlannedRun], limit: float | None) -> str | None:
    """Return how runs exceed the limit, with the jobs that use most; None if they don't."""
    if limit is None:
        return None
    unknowable = [run for run in runs if run.hours is None and not run.is_undecided]
    total = sum(run.total for run in runs)
    if total > limit * (1 + 1e-9):
        secret = any(run.is_secret for run in runs)
        most = "more" if secret else f"{number_words(total)}, more"
        why = (
            f"it may use {most} instance-hours than sjresource:maxInstanceHours allows "
            f"({number_words(limit)})"
        )
        named = sorted(runs, key=lambda run: (run.is_secret, -run.total))
    elif unknowable:
        why = NOT_KNOWN
        named = unknowable
    else:
        return None
    return f"{why}: {first_of([run.words for run in named], _NAMED)}"


def plan_run(job: pulumi.CustomResource, name: str, arguments: Mapping[str, Any]) -> None:
    """Take a declared job into the preview's plan; only a preview has one."""
    if not pulumi.runtime.is_dry_run():
        return
    loop = asyncio.get_event_loop()
    if loop not in _plans:
        _plans[loop] = _Plan()
    _plans[loop].add(job, name, arguments_of_hours(arguments))


class _Plan:
    """What the jobs of one program would run; all on the program's event loop."""

    def __init__(self) -> None:
        self._command_line = pulumi_command_line()
        self._limit = check_settings().max_instance_hours
        self._asked: list[asyncio.Task[PlannedRun | None]] = []
        self._told: str | None = None
        self._telling: pulumi.Output[None] | None = None
        self._is_telling = False

    def add(self, job: pulumi.CustomResource, name: str, arguments: Mapping[str, Any]) -> None:
        if not self._command_line.may_run_jobs:
            return
        self._asked.append(asyncio.ensure_future(self._run_of(job, name, arguments)))
        if not self._is_telling:
            # One Output for all jobs: the SDK waits for each anew whenever any of them is there.
            self._is_telling = True
            self._telling = pulumi.Output.from_input(self._tell())

    async def _tell(self) -> None:
        """Report what is planned once every job that is declared is registered.

        Raises:
            pulumi.RunError: it is more than the stack's setting allows.
        """
        while waited := [task for task in self._asked if not task.done()]:
            await asyncio.wait(waited)
        self._is_telling = False
        runs = [run for task in self._asked if (run := task.result()) is not None]
        refusal = refusal_of(runs, self._limit)
        if refusal:
            raise pulumi.RunError(refusal)
        summary = summary_of(runs)
        if summary and summary != self._told:
            self._told = summary
            pulumi.log.info(summary)

    async def _run_of(
        self, job: pulumi.CustomResource, name: str, arguments: Mapping[str, Any]
    ) -> PlannedRun | None:
        """Return a job that would run; None for one that stays, is left out, or is refused."""
        try:
            if await job.id.is_known() or self._command_line.leaves_out(await _urn(job)):
                return None
        except Exception:  # noqa: BLE001 - the SDK reports why a registration has failed
            return None
        if is_plain(arguments):
            return planned_run(name, arguments)
        output = pulumi.Output.from_input(arguments)
        known = await output.future(with_unknowns=True)
        return planned_run(name, known or {}, is_secret=await output.is_secret())


def planned_run(name: str, arguments: Mapping[str, Any], *, is_secret: bool = False) -> PlannedRun:
    """Return the run of a job with these arguments, in which values may be unknown."""
    hours = instance_hours_by_type(JobArguments.parse(arguments))
    return PlannedRun(name, hours, is_secret, hours is None and holds_unknown(arguments))


async def _urn(job: pulumi.Resource) -> str:
    return str(await job.urn.future())


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


_plans: WeakKeyDictionary[asyncio.AbstractEventLoop, _Plan] = WeakKeyDictionary()
