"""Which queues and environments Batch would take, so that nobody plays what can't be built.

https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sjresource.emulator.scheduling import NUM_INSTANCES, QuotaSharePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.emulator.scheduling import Environment, Queue

_MOST_SHARES: Final = 20


def check_design(queues: Mapping[str, Queue], environments: Mapping[str, Environment]) -> None:
    """Raise ValueError, with the place in the scenario, for what Batch refuses."""
    for name, queue in queues.items():
        for where, what in _problems(name, queue, queues, environments):
            raise ValueError(f"reading Scenario (queues.{name}.{where}): {what}")


def _problems(
    name: str,
    queue: Queue,
    queues: Mapping[str, Queue],
    environments: Mapping[str, Environment],
) -> Iterator[tuple[str, str]]:
    if len(queue.environments) != 1:
        yield "environments", f"must name one, not {len(queue.environments)}"
    if not isinstance(queue.policy, QuotaSharePolicy):
        return
    shares = len(queue.policy.shares)
    if shares > _MOST_SHARES:
        yield "quotaShares", f"must be at most {_MOST_SHARES}, not {shares}"
    for environment in queue.environments:
        if NUM_INSTANCES in environments[environment].limits:
            yield "environments", f"{environment} must have instance types, not {NUM_INSTANCES}"
        for other, beside in queues.items():
            if other != name and environment in beside.environments:
                yield "environments", f"{environment} is queue {other}'s, and must be of one queue"
