"""What quota management asks of the things around a queue, which no check of one of them sees.

Pure: what there is around it is told by the program (`declared`) or by AWS (`queue_preflight`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sjresource.problem import Problem
from sjresource.vocabulary import NUM_INSTANCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_SHARES = 20


class OtherQueue(NamedTuple):
    """Another queue over the same environment; None is a kind of policy that isn't known."""

    name: str
    quota_managed: bool | None


def environment_counts_types(position: int, units: Iterable[str]) -> Iterator[Problem]:
    """Under quota management an environment's limits count instances of a type.

    https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    """
    if NUM_INSTANCES in units:
        yield Problem(
            _environment(position),
            f"has a limit in {NUM_INSTANCES}, and the queue's policy is one of quota shares, "
            "which takes limits of instance types (ml.…)",
        )


def environment_has_one_queue(
    position: int, others: Sequence[OtherQueue], *, quota_managed: bool | None
) -> Iterator[Problem]:
    """An environment under quota management is that of one queue.

    https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    """
    for other in others:
        if quota_managed or other.quota_managed:
            yield Problem(
                _environment(position),
                f'is the environment of queue "{other.name}" too, and under quota management an '
                "environment has one queue",
            )
            return


def queue_has_room_for_shares(earlier: int) -> Iterator[Problem]:
    """A queue has at most 20 quota shares.

    https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    """
    if earlier >= MOST_SHARES:
        reason = f"has {earlier} quota shares without this one, and a queue takes {MOST_SHARES}"
        yield Problem("job_queue", reason)


QUOTA_MANAGEMENT = (environment_counts_types, environment_has_one_queue, queue_has_room_for_shares)


def _environment(position: int) -> str:
    return f"service_environment_order[{position}].service_environment"
