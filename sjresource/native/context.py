"""What all resources of one provider share: settings, the engine, known jobs, the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.checks.rules.instance_hours import arguments_of_hours, hours_follow_from
from sjresource.errors import RequestFailed
from sjresource.spending.limit import ADVICE
from sjresource.spending.plan import excess_of, planned_run, summary_of
from sjresource.stack.identity import name_of
from sjresource.stack.plugin_notes import noted_to_hide
from sjresource.stack.pulumi_cli.command_line import CommandLine, pulumi_command_line
from sjresource.stack.pulumi_cli.terminal import pulumi_columns
from sjresource.vocabulary import type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.native.configuration import Configuration
    from sjresource.native.engine import Cancellation, EngineLog
    from sjresource.native.recording import Recorder
    from sjresource.spending.plan import PlannedRun


@dataclass
class KnownJob:
    """What this process knows of a job's resource: its row, and the secrets of its arguments."""

    urn: str
    name: str
    queue: str | None = None
    secrets: frozenset[str] = frozenset()
    job_name: str | None = None
    created_at: float | None = None
    """In milliseconds; None if it was not described yet."""
    reruns: bool = False
    """Its `rerunOnFailure`."""
    is_declared: bool = True
    """Whether its resource is this provider's; else the row is that of who waits for it."""


@dataclass
class ProviderContext:
    """What all resources of one provider share."""

    configuration: Configuration
    engine: EngineLog
    cancellation: Cancellation
    recorder: Recorder
    jobs: dict[str, KnownJob] = field(default_factory=dict)
    """By ARN, those that this operation has been asked about."""
    planned: dict[str, PlannedRun] = field(default_factory=dict)
    """By URN, the runs of the `up` that is previewed."""
    columns: Callable[[], int | None] = pulumi_columns
    """The width of the terminal in which the rows are; None where they are printed whole."""
    command_line: Callable[[], CommandLine] = pulumi_command_line
    """Of `pulumi`: whether there are no rows, so that a line has to say what it is about, and
    whether resources are left out, of which this provider is then told nothing."""
    noted_to_hide: Callable[[], set[str]] = noted_to_hide
    """The ARNs of the jobs that have secrets which another provider of the program knows."""
    _shown: set[tuple[str, str]] = field(default_factory=set)
    """The warnings that were shown: the engine checks a replacement twice."""

    def warn(self, urn: str, text: str) -> None:
        """Show a warning on a row, once."""
        if self._is_new(urn, text):
            self.engine.warn(urn, text)

    def explain(self, urn: str, text: str) -> None:
        """Show on a row why there is an update although no argument has changed."""
        noun = type_of(urn).rpartition(":")[2]
        about = f"{noun} ({name_of(urn)}): " if self.command_line().prints_lines else ""
        self.engine.progress(urn, about + text)

    def hint(self, text: str | None) -> None:
        """Show what to do, if anything, on the stack's row, once."""
        if text and self._is_new("", text):
            self.engine.inform("", text)

    def _is_new(self, urn: str, text: str) -> bool:
        is_new = (urn, text) not in self._shown
        self._shown.add((urn, text))
        return is_new

    def plan(self, urn: str, job: Mapping[str, Any]) -> None:
        """Take a job that the previewed `up` would run into the plan; `job` is as the core's.

        Raises:
            RequestFailed: the `up` would refuse it, or one of those before it.
        """
        is_secret = hours_follow_from(job["secret_paths"], job)
        run = planned_run(name_of(urn), arguments_of_hours(job), is_secret=is_secret)
        self.planned[urn] = run
        limit = self.configuration.checking.max_instance_hours
        if excess := excess_of(list(self.planned.values()), limit):
            raise RequestFailed("checking", "ServiceJob", run.name, excess, ADVICE)

    def tell_plan(self) -> None:
        """Show on the stack's row what the previewed `up` may use at most, if it runs anything."""
        if summary := summary_of(list(self.planned.values())):
            self.engine.inform("", summary)
