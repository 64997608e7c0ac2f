"""Decides which waiting jobs get capacity, and says of every other one why it waits.

Pure: values in, values out, no clock and no store. Queues are first in, first out: a job that does
not fit holds back those behind it, as Batch documents for blocked queues
(https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NUM_INSTANCES: Final = "NUM_INSTANCES"
TOO_LARGE: Final = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with "
    "the job queue cannot meet the capacity requirement of the job."
)


@dataclass(frozen=True)
class Environment:
    """Where jobs run; `limits` is the most of each capacity unit, `open` lets new jobs in."""

    arn: str
    open: bool
    limits: Mapping[str, int]


@dataclass(frozen=True)
class Queue:
    """What jobs wait in; a higher `priority` goes first, `environments` are tried in order."""

    arn: str
    priority: int
    environments: Sequence[str]


@dataclass(frozen=True)
class Waiting:
    """A RUNNABLE job; `capacity` is instances by type. One not `ready` holds up its queue."""

    id: str
    capacity: Mapping[str, int]
    ready: bool = True


@dataclass(frozen=True)
class Blocked:
    """A job that holds up its queue; `status_reason` is what Batch shows of it, if anything."""

    job_id: str
    why: str
    status_reason: str | None = None


@dataclass(frozen=True)
class Plan:
    """What to start where (job id: environment ARN), and what blocks the rest of each queue.

    Every waiting job is in `placements`, or is the one in `blocked` for its queue's ARN, or waits
    behind that one.
    """

    placements: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, Blocked] = field(default_factory=dict)


def plan(
    queues: Iterable[Queue],
    environments: Mapping[str, Environment],
    waiting: Mapping[str, Iterable[Waiting]],
    used: Mapping[str, Mapping[str, int]],
) -> Plan:
    """Place what fits, by queue priority, then by the order in each queue.

    `waiting` holds each queue's jobs, first one first (no more are taken than can be placed);
    `used` the instances in use by environment and type. A job that fits some environment's limits,
    though not now, waits without a reason that Batch shows.
    """
    taken = {arn: dict(units) for arn, units in used.items()}
    decided = Plan()
    for queue in sorted(queues, key=lambda queue: (-queue.priority, queue.arn)):
        candidates = [environments[arn] for arn in queue.environments if arn in environments]
        for job in waiting.get(queue.arn, ()):
            chosen = _first_that_fits(job, candidates, taken) if job.ready else None
            if chosen is None:
                decided.blocked[queue.arn] = _blocked(job, candidates)
                break
            decided.placements[job.id] = chosen.arn
            _take(job, taken.setdefault(chosen.arn, {}))
    return decided


def _take(job: Waiting, use: dict[str, int]) -> None:
    for unit, count in job.capacity.items():
        use[unit] = use.get(unit, 0) + count


def _first_that_fits(
    job: Waiting, candidates: Sequence[Environment], taken: Mapping[str, Mapping[str, int]]
) -> Environment | None:
    for environment in candidates:
        if environment.open and _fits(job.capacity, environment, taken.get(environment.arn, {})):
            return environment
    return None


def _blocked(job: Waiting, candidates: Sequence[Environment]) -> Blocked:
    able = [each for each in candidates if _fits(job.capacity, each, {})]
    if not able:
        return Blocked(job.id, "no environment of the queue is large enough", TOO_LARGE)
    if not job.ready:
        return Blocked(job.id, "it is held in RUNNABLE for a while")
    if not any(environment.open for environment in able):
        return Blocked(job.id, "the environments that are large enough take no jobs")
    return Blocked(job.id, "running jobs use the capacity")


def _fits(needed: Mapping[str, int], environment: Environment, used: Mapping[str, int]) -> bool:
    if NUM_INSTANCES in environment.limits:
        wanted = sum(needed.values()) + sum(used.values())
        return wanted <= environment.limits[NUM_INSTANCES]
    return all(
        count + used.get(unit, 0) <= environment.limits.get(unit, 0)
        for unit, count in needed.items()
    )
