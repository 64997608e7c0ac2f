"""What a scheduling decision is made from, and what it results in. Times are epoch seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sjresource.emulator.scheduling.capacity import Environment

_LEAST_WINDOW: Final = 600


@dataclass(frozen=True)
class FairSharePolicy:
    """A fairsharePolicy; `weights` are by share identifier, or by prefix where it ends with *.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    decay_seconds: int = 0
    compute_reservation: int = 0

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> FairSharePolicy:
        """Read a fairsharePolicy as Batch's API has it."""
        return cls(
            weights={
                each["shareIdentifier"]: each.get("weightFactor", 1.0)
                for each in policy.get("shareDistribution", [])
            },
            decay_seconds=policy.get("shareDecaySeconds", 0),
            compute_reservation=policy.get("computeReservation", 0),
        )

    @property
    def window(self) -> int:
        """How far back usage counts, in seconds: zero "indicates the default minimum", 600."""
        return self.decay_seconds or _LEAST_WINDOW

    def weight(self, share: str) -> float:
        """Return a share's weight; one that the policy does not name has 1."""
        if share in self.weights:
            return self.weights[share]
        for pattern, weight in self.weights.items():
            if pattern.endswith("*") and share.startswith(pattern[:-1]):
                return weight
        return 1.0


@dataclass(frozen=True)
class QuotaShareConfiguration:
    """A quota share's limits by instance type, and its resource sharing and preemption.

    `borrow_limit` is in per cent of its own limits; -1 is without limit.
    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareDetail.html
    """

    name: str
    limits: Mapping[str, int]
    lends: bool = False
    borrows: bool = False
    borrow_limit: int = 0
    in_share_preemption: bool = False

    @classmethod
    def of(cls, name: str, detail: Mapping[str, Any]) -> QuotaShareConfiguration:
        """Read a quota share as Batch's API has it."""
        sharing = detail.get("resourceSharingConfiguration", {"strategy": "RESERVE"})
        borrows = sharing["strategy"] == "LEND_AND_BORROW"
        preemption = detail.get("preemptionConfiguration", {})
        return cls(
            name=name,
            limits={each["capacityUnit"]: each["maxCapacity"] for each in detail["capacityLimits"]},
            lends=sharing["strategy"] != "RESERVE",
            borrows=borrows,
            borrow_limit=sharing.get("borrowLimit", -1) if borrows else 0,
            in_share_preemption=preemption.get("inSharePreemption") == "ENABLED",
        )

    def most_borrowed(self, unit: str) -> int | None:
        """Return how many instances of a type it may borrow, None for any number."""
        if self.borrow_limit < 0:
            return None
        return self.limits.get(unit, 0) * self.borrow_limit // 100


@dataclass(frozen=True)
class QuotaSharePolicy:
    """A quotaSharePolicy with the quota shares of its queue, by name."""

    shares: Mapping[str, QuotaShareConfiguration]


@dataclass(frozen=True)
class Queue:
    """A job queue: a higher `priority` goes first, `environments` (ARNs) are tried in order.

    A queue without a policy is first in, first out.
    """

    arn: str
    priority: int
    environments: Sequence[str]
    policy: FairSharePolicy | QuotaSharePolicy | None = None


@dataclass(frozen=True)
class WaitingJob:
    """A RUNNABLE job; `capacity` is instances by type, `sequence` grows with each submission.

    A job that is not `ready` does not start, and holds back those behind it.
    """

    id: str
    capacity: Mapping[str, int]
    ready: bool = True
    priority: int = 0
    sequence: int = 0

    @property
    def instances(self) -> int:
        """How many instances it needs, of whatever type."""
        return sum(self.capacity.values())


@dataclass(frozen=True)
class RunningJob:
    """A job that has held capacity since `since`.

    A job that is `stopping` releases it soon; `stopping_for` is the job that preempted it.
    """

    id: str
    queue: str
    environment: str
    capacity: Mapping[str, int]
    share: str = ""
    priority: int = 0
    since: float = 0.0
    sequence: int = 0
    stopping: bool = False
    stopping_for: str | None = None


@dataclass(frozen=True)
class UsagePeriod:
    """A period, now over, in which a share held instances."""

    share: str
    instances: int
    start: float
    end: float


@dataclass(frozen=True)
class State:
    """All that a decision depends on, beside the time.

    `waiting` has the jobs by queue and share ("" in a queue without shares), in their order; no
    more of them are read than can be placed. `past` is what the shares of fair-share queues used.
    """

    queues: Sequence[Queue]
    environments: Mapping[str, Environment]
    waiting: Mapping[str, Mapping[str, Iterable[WaitingJob]]]
    running: Sequence[RunningJob] = ()
    past: Mapping[str, Iterable[UsagePeriod]] = field(default_factory=dict)


@dataclass(frozen=True)
class BlockedJob:
    """The first job of a share that can't start; `status_reason` is what Batch shows of it."""

    job_id: str
    why: str
    status_reason: str | None = None


@dataclass(frozen=True)
class Preemption:
    """A running job that is preempted for `for_job`; `status_reason` is what Batch shows of it."""

    job_id: str
    for_job: str
    why: str
    status_reason: str


@dataclass(frozen=True)
class Plan:
    """What to start where (job id: environment ARN), what to preempt, and what blocks the rest.

    Every waiting job is in `placements`, or is the one in `blocked` for its queue's ARN and share,
    or waits behind that one. Unless `explained`, `why` is empty in what is blocked.
    """

    explained: bool = True
    placements: dict[str, str] = field(default_factory=dict)
    preemptions: list[Preemption] = field(default_factory=list)
    blocked: dict[tuple[str, str], BlockedJob] = field(default_factory=dict)
