"""A scenario: environments, queues, and submissions and changes over time.

Times are in seconds since the scenario's beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sjresource.emulator.scheduling.capacity import NUM_INSTANCES
from sjresource.emulator.scheduling.state import QuotaSharePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.emulator.scheduling.capacity import Environment
    from sjresource.emulator.scheduling.state import Queue

_MOST_SHARES: Final = 20


@dataclass(frozen=True)
class Submission:
    """A job to submit, which runs for `seconds`; `preemption_retries` None is without limit."""

    name: str
    queue: str
    share: str
    at: float
    seconds: float
    capacity: Mapping[str, int]
    priority: int = 0
    preemption_retries: int | None = None


@dataclass(frozen=True)
class Change:
    """A job's new priority, or a queue's new quota shares."""

    at: float
    job: str | None = None
    priority: int = 0
    queue: Queue | None = None


@dataclass(frozen=True)
class Scenario:
    """Environments and queues, and what will be submitted and changed.

    A job that is stopped holds its capacity for `stopping_seconds` more. The simulation ends at
    `until`; None is when nothing happens any more. Raises ValueError for what Batch refuses.
    """

    environments: Mapping[str, Environment]
    queues: Mapping[str, Queue]
    submissions: list[Submission]
    changes: list[Change]
    stopping_seconds: float = 0.0
    until: float | None = None

    def __post_init__(self) -> None:
        for name, queue in self.queues.items():
            for where, what in self._refusals(name, queue):
                raise ValueError(f"reading Scenario (queues.{name}.{where}): {what}")

    def _refusals(self, name: str, queue: Queue) -> Iterator[tuple[str, str]]:
        """Yield what Batch would refuse of a queue.

        https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
        """
        if len(queue.environments) != 1:
            yield "environments", f"must name one, not {len(queue.environments)}"
        if not isinstance(queue.policy, QuotaSharePolicy):
            return
        shares = len(queue.policy.shares)
        if shares > _MOST_SHARES:
            yield "quotaShares", f"must be at most {_MOST_SHARES}, not {shares}"
        for environment in queue.environments:
            if NUM_INSTANCES in self.environments[environment].limits:
                yield "environments", f"{environment} must have instance types, not {NUM_INSTANCES}"
            for other, beside in self.queues.items():
                if other != name and environment in beside.environments:
                    shared = f"{environment} is queue {other}'s, and must be of one queue"
                    yield "environments", shared
