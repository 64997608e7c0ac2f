"""What one operation of the engine has seen and done of jobs, in the plugin's own process.

One step of it depends on another: a delete leaves alone what a create has taken over, and a create
knows what a delete has ended. The create may also be the other front's; what that has taken over is
told by notes (`plugin_notes`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.checks.values.lookups import text_at
from sjresource.errors import RequestFailed
from sjresource.process.threads import begin
from sjresource.stack.identity import is_known_identity, name_of
from sjresource.stack.plugin_notes import note_taker, noted_taker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from sjresource.aws.batch import BatchClient


@dataclass
class JobsOfOperation:
    """The jobs of one operation; the engine's calls of a provider share it, each in a thread."""

    released: set[str] = field(default_factory=set)
    """ARNs of the jobs that it has ended."""
    taken_over: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Who has taken over which jobs in a create, and when, by ARN."""
    owners: dict[str, str] = field(default_factory=dict)
    """The identities of the jobs that it has submitted, or found in the state under a name that has
    not changed, by ARN."""
    next_runs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The arguments of the runs that follow jobs, by the ARN of the job."""
    listed: dict[str, Future[Sequence[Mapping[str, Any]]]] = field(default_factory=dict)
    """The jobs of the names of runs that are about to be created, by identity."""

    def own(self, arn: str, identity: Any) -> None:
        """Note whose a job is: it needs no description where others have the same name."""
        if is_known_identity(identity):
            self.owners[arn] = identity

    def take_over(self, arn: str, taker: Mapping[str, Any]) -> None:
        """Note who has taken over a job in a create, and when."""
        self.taken_over[arn] = taker
        note_taker(arn, taker)

    def taker_of(self, arn: str, registered_at: Any) -> Mapping[str, Any] | None:
        """Return who has taken over a job in a create of this operation, if not this very state.

        The create may be the other front's, of a job that moves there and is replaced at once.
        """
        taker = self.taken_over.get(arn)
        if taker is None:
            taker = noted_taker(arn)
        return taker if taker is not None and taker["registered_at"] != registered_at else None

    def list_ahead(self, arn: str, client: Callable[[str, Any], BatchClient]) -> None:
        """List the jobs of the next run's name, for its create, while the one before is ended.

        Args:
            arn: of the one before.
            client: makes the client of a queue's ARN, or of a region.
        """
        news = self.next_runs.get(arn, {})
        queue, name = text_at(news, "job_queue"), text_at(news, "job_name")
        if not (queue and name) or news.get("adopt_job_id"):
            return
        batch = client(queue, news.get("region"))
        self.listed[news["identity"]] = begin(
            lambda: list(batch.list_service_jobs_named(queue, name))
        )


def taken_not_replaced(arn: str) -> str:
    """Return the warning of a replacement that has found the old job, and kept it."""
    return (
        f"deleting ServiceJob ({arn}): its replacement took it over, as the job of a lost create "
        "or by adopt_job_id, so it stays as it is and nothing ran again; change `triggers` for a "
        "new run"
    )


def taken_by_another(arn: str, taker: str) -> RequestFailed:
    """Return the error of a renamed job that a new resource of the old name has taken.

    A native provider is not told of aliases, so the new resource can't know.
    """
    name = name_of(taker)
    return RequestFailed(
        "updating",
        "ServiceJob",
        arn,
        f"the new resource {name} took it over, as the job of a lost create or by adopt_job_id; it "
        "is this one's, by its state",
        f"forget {name} with `pulumi state delete`; the next `pulumi up` submits its own job",
    )
