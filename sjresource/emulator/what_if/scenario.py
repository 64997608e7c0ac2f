"""Scenarios: queues, shares, submissions and changes over time, read from JSON.

Policies and quota shares are written as Batch's API has them; the rest, and a whole example, is
described in `docs/emulator.md`. Times are in seconds since the scenario's beginning.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.scheduling import NUM_INSTANCES, Environment, Queue, QuotaShares
from sjresource.emulator.scheduling.policies import fair_share, quota_share
from sjresource.emulator.what_if.design import check_design

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.emulator.scheduling import FairShare, QuotaShare

_SCENARIO: Final = {
    "about", "seed", "until", "stopping_seconds", "environments", "queues", "jobs", "changes",
    "expect",
}  # fmt: skip
_QUEUE: Final = {"priority", "environments", "fairsharePolicy", "quotaShares"}
_JOB: Final = {
    "name", "queue", "share", "at", "seconds", "instances", "type", "priority",
    "preemption_retries", "count", "every", "random",
}  # fmt: skip
_CHANGE: Final = {"at", "job", "priority", "queue", "quotaShares"}


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
    whole = _object(described, "scenario", _SCENARIO)
    environments = {
        name: Environment(name, open=True, limits=_object(limits, f"environments.{name}"))
        for name, limits in _object(whole.get("environments"), "environments").items()
    }
    queues = {
        name: _queue(name, queue, environments)
        for name, queue in _object(whole.get("queues"), "queues").items()
    }
    dice = random.Random(whole.get("seed", 0))  # noqa: S311 - the same scenario, the same play
    reader = _Jobs(queues, _only_type(environments), dice)
    jobs = [job for number, each in enumerate(whole.get("jobs", []))
            for job in reader.read(each, f"jobs[{number}]")]  # fmt: skip
    names = {job.name for job in jobs}
    return Scenario(
        environments=environments,
        queues=queues,
        submissions=sorted(jobs, key=lambda job: job.at),
        changes=[
            _change(each, f"changes[{number}]", queues, names)
            for number, each in enumerate(whole.get("changes", []))
        ],
        stopping_seconds=_number(whole, "stopping_seconds", "scenario", 0),
        until=whole.get("until"),
    )


def _queue(name: str, described: Any, environments: Mapping[str, Environment]) -> Queue:
    where = f"queues.{name}"
    queue = _object(described, where, _QUEUE)
    policy: FairShare | QuotaShares | None = None
    if "fairsharePolicy" in queue:
        policy = fair_share(_object(queue["fairsharePolicy"], f"{where}.fairsharePolicy"))
    if "quotaShares" in queue:
        policy = _quota_shares(queue["quotaShares"], f"{where}.quotaShares")
    chosen = queue.get("environments", list(environments))
    for environment in chosen:
        if environment not in environments:
            raise _wrong(f"{where}.environments", f"there is no environment {environment}")
    return Queue(name, int(_number(queue, "priority", where, 1)), chosen, policy)


def _quota_shares(described: Any, where: str) -> QuotaShares:
    named = _object(described, where).items()
    return QuotaShares(
        {name: _quota_share(name, share, f"{where}.{name}") for name, share in named}
    )


def _quota_share(name: str, described: Any, where: str) -> QuotaShare:
    try:
        return quota_share(name, _object(described, where))
    except (KeyError, TypeError, AttributeError):
        raise _wrong(where, "must be as in CreateQuotaShare") from None


def _change(described: Any, where: str, queues: Mapping[str, Queue], jobs: set[str]) -> Change:
    change = _object(described, where, _CHANGE)
    at = _number(change, "at", where)
    if "job" in change:
        if change["job"] not in jobs:
            raise _wrong(where, f"there is no job {change['job']}")
        return Change(at, job=change["job"], priority=int(_number(change, "priority", where)))
    queue = _named_queue(change, where, queues)
    policy = queue.policy
    if not isinstance(policy, QuotaShares):
        raise _wrong(where, "must name a job, or a queue with quotaShares")
    news = _quota_shares(change.get("quotaShares"), f"{where}.quotaShares")
    return Change(at, queue=replace(queue, policy=QuotaShares({**policy.shares, **news.shares})))


class _Jobs:
    """Reads submissions; one entry may stand for many."""

    def __init__(
        self, queues: Mapping[str, Queue], only_type: str | None, dice: random.Random
    ) -> None:
        self._queues = queues
        self._only_type = only_type
        self._dice = dice

    def read(self, described: Any, where: str) -> Iterator[Submission]:
        job = _object(described, where, _JOB)
        queue = _named_queue(job, where, self._queues)
        kind = job.get("type", self._only_type)
        if kind is None:
            raise _wrong(f"{where}.type", "must be an instance type")
        name, share = job.get("name"), job.get("share", "")
        if not isinstance(name, str) or not isinstance(share, str):
            raise _wrong(f"{where}.name", "must be text, and share too")
        if isinstance(queue.policy, QuotaShares) and share not in queue.policy.shares:
            raise _wrong(f"{where}.share", f"must be one of {', '.join(queue.policy.shares)}")
        count = int(_number(job, "count", where, 1))
        every = _number(job, "every", where, 0)
        at = _number(job, "at", where, 0)
        retries = job.get("preemption_retries")
        for number in range(1, count + 1):
            yield Submission(
                name=name if count == 1 else f"{name}-{number}",
                queue=queue.arn,
                share=share,
                at=at,
                seconds=self._seconds(job, where),
                capacity={kind: int(_number(job, "instances", where, 1))},
                priority=int(_number(job, "priority", where, 0)),
                preemption_retries=retries,
            )
            at += self._dice.expovariate(1 / every) if every and job.get("random") else every

    def _seconds(self, job: dict[str, Any], where: str) -> float:
        seconds = job.get("seconds")
        if isinstance(seconds, list):
            least, most = seconds
            return self._dice.uniform(least, most)
        return _number(job, "seconds", where)


def _named_queue(described: Mapping[str, Any], where: str, queues: Mapping[str, Queue]) -> Queue:
    name = described.get("queue", next(iter(queues)) if len(queues) == 1 else None)
    if name not in queues:
        raise _wrong(f"{where}.queue", f"must be one of {', '.join(queues)}")
    return queues[name]


def _only_type(environments: Mapping[str, Environment]) -> str | None:
    types = {unit for each in environments.values() for unit in each.limits}
    types.discard(NUM_INSTANCES)
    if not types:
        return NUM_INSTANCES  # nobody tells them apart
    return types.pop() if len(types) == 1 else None


def _object(value: Any, where: str, known: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(where, "must be a JSON object")
    unknown = set(value) - known if known is not None else set()
    if unknown:
        raise _wrong(where, f"unknown {', '.join(sorted(unknown))}")
    return value


def _number(
    described: Mapping[str, Any], name: str, where: str, default: float | None = None
) -> float:
    value = described.get(name, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        raise _wrong(f"{where}.{name}", "must be a number, 0 or more")
    return value


def _wrong(where: str, what: str) -> ValueError:
    return ValueError(f"reading Scenario ({where}): {what}")
