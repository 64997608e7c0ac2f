"""Scenarios: queues, shares, submissions and changes over time, read from JSON.

Policies and quota shares are written as Batch's API has them; the rest, and a whole example, is
described in `docs/emulator.md`. Times are in seconds since the scenario's beginning.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator.protocol.decoding import WrongInputError
from sjresource.emulator.scheduling import (
    NUM_INSTANCES,
    Environment,
    FairSharePolicy,
    Queue,
    QuotaShareConfiguration,
    QuotaSharePolicy,
)
from sjresource.emulator.what_if.design import check_design
from sjresource.emulator.what_if.members import MOST_JOBS, SCENARIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Submission:
    """A job to come: `seconds` is how long it runs; `preemption_retries` None is without limit."""

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
    """What is there, and what will be submitted and changed.

    A job that is stopped holds its capacity for `stopping_seconds` more; `until` ends the play,
    None when nothing happens any more.
    """

    environments: Mapping[str, Environment]
    queues: Mapping[str, Queue]
    submissions: list[Submission]
    changes: list[Change]
    stopping_seconds: float = 0.0
    until: float | None = None

    def __post_init__(self) -> None:
        check_design(self.queues, self.environments)


def read_scenario(described: Any) -> Scenario:
    """Read a scenario; raises ValueError with what is wrong and where."""
    try:
        return _scenario(SCENARIO(described, ""))
    except WrongInputError as wrong:
        raise ValueError(f"reading Scenario ({wrong.where}): {wrong.what}") from None


def _scenario(whole_scenario: dict[str, Any]) -> Scenario:
    environments = {
        name: Environment(name, open=True, limits=limits)
        for name, limits in whole_scenario["environments"].items()
    }
    queues = {
        name: _queue(name, queue, environments) for name, queue in whole_scenario["queues"].items()
    }
    jobs = _submissions(whole_scenario, queues, environments)
    names = {job.name for job in jobs}
    if len(names) != len(jobs):
        raise WrongInputError("jobs", "must each have a name of its own")
    return Scenario(
        environments=environments,
        queues=queues,
        submissions=sorted(jobs, key=lambda job: job.at),
        changes=[
            _change(each, f"changes[{number}]", queues, names)
            for number, each in enumerate(whole_scenario.get("changes", []))
        ],
        stopping_seconds=whole_scenario.get("stopping_seconds", 0),
        until=whole_scenario.get("until"),
    )


def _submissions(
    scenario: Mapping[str, Any],
    queues: Mapping[str, Queue],
    environments: Mapping[str, Environment],
) -> list[Submission]:
    described = scenario.get("jobs", [])
    if sum(each.get("count", 1) for each in described) > MOST_JOBS:
        raise WrongInputError("jobs", f"must be at most {MOST_JOBS}, counts included")
    dice = random.Random(scenario.get("seed", 0))  # noqa: S311 - the same scenario, the same play
    reader = _Jobs(queues, _only_type(environments), dice)
    return [
        job for number, each in enumerate(described) for job in reader.read(each, f"jobs[{number}]")
    ]


def _queue(name: str, queue: Mapping[str, Any], environments: Mapping[str, Environment]) -> Queue:
    policy: FairSharePolicy | QuotaSharePolicy | None = None
    if "fairsharePolicy" in queue:
        policy = FairSharePolicy.of(queue["fairsharePolicy"])
    if "quotaShares" in queue:
        policy = _policy(queue["quotaShares"])
    chosen = queue.get("environments", list(environments))
    for environment in chosen:
        if environment not in environments:
            what = f"there is no environment {environment}"
            raise WrongInputError(f"queues.{name}.environments", what)
    return Queue(name, queue.get("priority", 1), chosen, policy)


def _policy(shares: Mapping[str, Any]) -> QuotaSharePolicy:
    return QuotaSharePolicy(
        {name: QuotaShareConfiguration.of(name, share) for name, share in shares.items()}
    )


def _change(
    change: Mapping[str, Any], where: str, queues: Mapping[str, Queue], jobs: set[str]
) -> Change:
    if "job" in change:
        if change["job"] not in jobs:
            raise WrongInputError(where, f"there is no job {change['job']}")
        if "priority" not in change:
            raise WrongInputError(f"{where}.priority", "must be a whole number")
        return Change(change["at"], job=change["job"], priority=change["priority"])
    queue = _named_queue(change, where, queues)
    policy = queue.policy
    if not isinstance(policy, QuotaSharePolicy) or "quotaShares" not in change:
        raise WrongInputError(where, "must name a job, or a queue with quotaShares")
    shares = {**policy.shares, **_policy(change["quotaShares"]).shares}
    return Change(change["at"], queue=replace(queue, policy=QuotaSharePolicy(shares)))


class _Jobs:
    """Reads submissions; one entry may stand for many."""

    def __init__(
        self, queues: Mapping[str, Queue], only_type: str | None, dice: random.Random
    ) -> None:
        self._queues = queues
        self._only_type = only_type
        self._dice = dice

    def read(self, job: Mapping[str, Any], where: str) -> Iterator[Submission]:
        """Go through the submissions that one entry stands for."""
        queue = _named_queue(job, where, self._queues)
        kind = job.get("type", self._only_type)
        if kind is None:
            raise WrongInputError(f"{where}.type", "must be an instance type")
        name, share = job["name"], job.get("share", "")
        if isinstance(queue.policy, QuotaSharePolicy) and share not in queue.policy.shares:
            allowed = ", ".join(queue.policy.shares)
            raise WrongInputError(f"{where}.share", f"must be one of {allowed}")
        count, every, at = job.get("count", 1), job.get("every", 0), job.get("at", 0)
        for place in range(1, count + 1):
            yield Submission(
                name=name if count == 1 else f"{name}-{place}",
                queue=queue.arn,
                share=share,
                at=at,
                seconds=self._drawn(job["seconds"]),
                capacity={kind: job.get("instances", 1)},
                priority=job.get("priority", 0),
                preemption_retries=job.get("preemption_retries"),
            )
            at += self._dice.expovariate(1 / every) if every and job.get("random") else every

    def _drawn(self, seconds: float | list[float]) -> float:
        if isinstance(seconds, list):
            least, most = seconds
            return self._dice.uniform(least, most)
        return seconds


def _named_queue(described: Mapping[str, Any], where: str, queues: Mapping[str, Queue]) -> Queue:
    name = described.get("queue", next(iter(queues)) if len(queues) == 1 else None)
    if name not in queues:
        raise WrongInputError(f"{where}.queue", f"must be one of {', '.join(queues)}")
    return queues[name]


def _only_type(environments: Mapping[str, Environment]) -> str | None:
    types = {unit for each in environments.values() for unit in each.limits}
    types.discard(NUM_INSTANCES)
    if not types:
        return NUM_INSTANCES  # nobody tells them apart
    return types.pop() if len(types) == 1 else None
