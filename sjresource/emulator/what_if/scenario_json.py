"""Reads a scenario from JSON.

Policies and quota shares are written as in Batch's API; `docs/emulator.md` describes the rest, with
an example.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, UnsetType, field, to_builtins

from sjresource.emulator.protocol.user_json import (
    Count,
    JSONObject,
    Seconds,
    Text,
    WrongInputError,
    decode,
    shown,
)
from sjresource.emulator.scheduling.capacity import NUM_INSTANCES, Environment
from sjresource.emulator.scheduling.state import (
    FairSharePolicy,
    Queue,
    QuotaShareConfiguration,
    QuotaSharePolicy,
)
from sjresource.emulator.what_if.scenario import Change, Scenario, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MOST_JOBS: Final = 100_000
"""The most of them; simulating these takes some minutes."""

_MANY: Final = Meta(max_length=1000)
_Amount = Annotated[int, Meta(ge=0, le=1_000_000)]


class _Share(JSONObject, rename="camel"):
    share_identifier: Text
    weight_factor: Annotated[float, Meta(ge=0.0001, le=999.9999)] = 1.0


class _FairSharePolicy(JSONObject, rename="camel"):
    share_distribution: Annotated[list[_Share], Meta(max_length=500)] = field(default_factory=list)
    share_decay_seconds: Annotated[int, Meta(ge=0, le=604_800)] = 0
    compute_reservation: Annotated[int, Meta(ge=0, le=99)] = 0


class _Limit(JSONObject, rename="camel"):
    capacity_unit: Text
    max_capacity: _Amount


class _Sharing(JSONObject, rename="camel"):
    strategy: Literal["RESERVE", "LEND", "LEND_AND_BORROW"]
    borrow_limit: Annotated[int, Meta(ge=-1, le=1_000_000)] = -1


class _Preemption(JSONObject, rename="camel"):
    in_share_preemption: Literal["ENABLED", "DISABLED"] = "DISABLED"


class _QuotaShare(JSONObject, rename="camel"):
    capacity_limits: Annotated[list[_Limit], _MANY]
    resource_sharing_configuration: _Sharing | UnsetType = UNSET
    preemption_configuration: _Preemption | UnsetType = UNSET


_QuotaShares = Annotated[dict[Text, Any], _MANY]


class _Queue(JSONObject, rename="camel"):
    priority: _Amount = 1
    environments: Annotated[list[Text], _MANY] | UnsetType = UNSET
    fairshare_policy: _FairSharePolicy | UnsetType = UNSET
    quota_shares: _QuotaShares | UnsetType = UNSET


class _Job(JSONObject):
    name: Text
    seconds: Seconds | Annotated[list[Seconds], Meta(min_length=2, max_length=2)]
    queue: Text | UnsetType = UNSET
    share: Text = ""
    at: Seconds = 0
    instances: _Amount = 1
    type: Text | UnsetType = UNSET
    priority: _Amount = 0
    preemption_retries: Count | None = None
    count: Annotated[int, Meta(ge=0, le=_MOST_JOBS)] = 1
    every: Seconds = 0
    random: bool = False


class _Change(JSONObject, rename="camel"):
    at: Seconds
    job: Text | UnsetType = UNSET
    priority: _Amount | UnsetType = UNSET
    queue: Text | UnsetType = UNSET
    quota_shares: _QuotaShares | UnsetType = UNSET


class _Scenario(JSONObject):
    environments: Annotated[dict[Text, Any], _MANY]
    queues: Annotated[dict[Text, Any], _MANY]
    about: Text = ""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    until: Seconds | None = None
    stopping_seconds: Seconds = 0
    jobs: Annotated[list[_Job], Meta(max_length=_MOST_JOBS)] = field(default_factory=list)
    changes: Annotated[list[_Change], Meta(max_length=_MOST_JOBS)] = field(default_factory=list)
    expect: Any = None


def read_scenario(described: Any) -> Scenario:
    """Read a scenario; raises ValueError with what is wrong and where."""
    try:
        return _read(decode(described, _Scenario))
    except WrongInputError as wrong:
        raise ValueError(f"reading Scenario ({wrong.where or 'scenario'}): {wrong.what}") from None


def _read(described: _Scenario) -> Scenario:
    limits: Any = Annotated[dict[Text, _Amount], _MANY]
    environments = {
        name: Environment(name, open=True, limits=decode(each, limits, _at("environments", name)))
        for name, each in described.environments.items()
    }
    queues = {
        name: _queue(name, decode(each, _Queue, _at("queues", name)), environments)
        for name, each in described.queues.items()
    }
    if sum(each.count for each in described.jobs) > _MOST_JOBS:
        raise WrongInputError("jobs", f"must be at most {_MOST_JOBS}, counts included")
    reader = _JobReader(queues, _only_type(environments), described.seed)
    jobs = [
        job
        for number, each in enumerate(described.jobs)
        for job in reader.read(each, f"jobs[{number}]")
    ]
    submitted = {job.name: job.at for job in jobs}
    if len(submitted) != len(jobs):
        raise WrongInputError("jobs", "must each have a name of its own")
    return Scenario(
        environments=environments,
        queues=queues,
        submissions=sorted(jobs, key=lambda job: job.at),
        changes=list(_changes(described.changes, queues, submitted)),
        stopping_seconds=described.stopping_seconds,
        until=described.until,
    )


def _at(member: str, name: str) -> str:
    """Return the place of a name in a member: msgspec's messages leave names out."""
    return f"{member}.{shown(name)}"


def _queue(name: str, queue: _Queue, environments: Mapping[str, Environment]) -> Queue:
    policy: FairSharePolicy | QuotaSharePolicy | None = None
    if queue.fairshare_policy is not UNSET:
        policy = FairSharePolicy.of(to_builtins(queue.fairshare_policy))
    if queue.quota_shares is not UNSET:
        policy = _quota_shares(queue.quota_shares, f"queues.{name}.quotaShares")
    chosen = list(environments) if queue.environments is UNSET else queue.environments
    for environment in chosen:
        if environment not in environments:
            what = f"there is no environment {environment}"
            raise WrongInputError(f"queues.{name}.environments", what)
    return Queue(name, queue.priority, chosen, policy)


def _quota_shares(shares: Mapping[str, Any], where: str) -> QuotaSharePolicy:
    decoded = {name: decode(each, _QuotaShare, _at(where, name)) for name, each in shares.items()}
    return QuotaSharePolicy(
        {
            name: QuotaShareConfiguration.of(name, to_builtins(each))
            for name, each in decoded.items()
        }
    )


def _changes(
    described: Sequence[_Change], queues: Mapping[str, Queue], submitted: Mapping[str, float]
) -> Iterator[Change]:
    """Yield the changes in the order of their times: each finds what those before it have left.

    `submitted` is when each job is, by its name.
    """
    now = dict(queues)
    for number, each in sorted(enumerate(described), key=lambda pair: pair[1].at):
        change = _change(each, f"changes[{number}]", now, submitted)
        if change.queue is not None:
            now[change.queue.arn] = change.queue
        yield change


def _change(
    change: _Change, where: str, queues: Mapping[str, Queue], submitted: Mapping[str, float]
) -> Change:
    if change.job is not UNSET:
        if change.job not in submitted:
            raise WrongInputError(where, f"there is no job {change.job}")
        if change.priority is UNSET:
            raise WrongInputError(where, "object missing required field `priority`")
        if change.at < (at := submitted[change.job]):
            raise WrongInputError(f"{where}.at", f"job {change.job} is submitted at {at:g} only")
        return Change(change.at, job=change.job, priority=change.priority)
    queue = _named_queue(change.queue, where, queues)
    policy = queue.policy
    if not isinstance(policy, QuotaSharePolicy) or change.quota_shares is UNSET:
        raise WrongInputError(where, "must name a job, or a queue with quotaShares")
    changed = _quota_shares(change.quota_shares, f"{where}.quotaShares")
    policy = QuotaSharePolicy({**policy.shares, **changed.shares})
    return Change(change.at, queue=replace(queue, policy=policy))


class _JobReader:
    """Reads submissions; one entry may stand for many."""

    def __init__(self, queues: Mapping[str, Queue], only_type: str | None, seed: int) -> None:
        self._queues = queues
        self._only_type = only_type
        self._dice = random.Random(seed)  # noqa: S311 - the same scenario, the same simulation

    def read(self, job: _Job, where: str) -> Iterator[Submission]:
        """Yield the submissions of one entry."""
        queue = _named_queue(job.queue, where, self._queues)
        kind = self._only_type if job.type is UNSET else job.type
        if kind is None:
            raise WrongInputError(f"{where}.type", "must be an instance type")
        if (mistake := _mistaken_share(queue, job.share)) is not None:
            raise WrongInputError(f"{where}.share", mistake)
        at = job.at
        for place in range(1, job.count + 1):
            yield Submission(
                name=job.name if job.count == 1 else f"{job.name}-{place}",
                queue=queue.arn,
                share=job.share,
                at=at,
                seconds=self._drawn(job.seconds),
                capacity={kind: job.instances},
                priority=job.priority,
                preemption_retries=job.preemption_retries,
            )
            random_gap = job.every and job.random
            at += self._dice.expovariate(1 / job.every) if random_gap else job.every

    def _drawn(self, seconds: float | list[float]) -> float:
        return self._dice.uniform(*seconds) if isinstance(seconds, list) else seconds


def _mistaken_share(queue: Queue, share: str) -> str | None:
    """Return what is wrong with a job's share in its queue, None if Batch takes it.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
    """
    if isinstance(queue.policy, QuotaSharePolicy):
        allowed = ", ".join(queue.policy.shares)
        return None if share in queue.policy.shares else f"must be one of {allowed}"
    if queue.policy is None:
        return f"must be left out: queue {queue.arn} has no shares" if share else None
    return None if share else f"must be given: queue {queue.arn} has a fairsharePolicy"


def _named_queue(name: str | UnsetType, where: str, queues: Mapping[str, Queue]) -> Queue:
    if name is UNSET and len(queues) == 1:
        return next(iter(queues.values()))
    if name is UNSET or name not in queues:
        raise WrongInputError(f"{where}.queue", f"must be one of {', '.join(queues)}")
    return queues[name]


def _only_type(environments: Mapping[str, Environment]) -> str | None:
    """Return the type of all instances; None if there are several."""
    types = {unit for each in environments.values() for unit in each.limits}
    types.discard(NUM_INSTANCES)
    if not types:
        return NUM_INSTANCES
    return types.pop() if len(types) == 1 else None
