"""The values that scheduling goes from and comes to. Times are in epoch seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

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

    @property
    def window(self) -> int:
        """How far back use counts, in seconds: zero "indicates the default minimum", 600."""
        return self.decay_seconds or _LEAST_WINDOW

    def weight(self, share: str) -> float:
        """Give a share's weight; one that the policy does not name has 1."""
        if share in self.weights:
            return self.weights[share]
        for pattern, weight in self.weights.items():
            if pattern.endswith("*") and share.startswith(pattern[:-1]):
                return weight
        return 1.0


@dataclass(frozen=True)
class QuotaShareConfiguration:
    """A quota share; `borrow_limit` is in per cent of its own limits, -1 is without limit.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareDetail.html
    """

    name: str
    limits: Mapping[str, int]
    lends: bool = False
    borrows: bool = False
    borrow_limit: int = 0
    in_share_preemption: bool = False

    def most_borrowed(self, unit: str) -> int | None:
        """Tell how many instances of a type it may borrow, None for any number."""
        if self.borrow_limit < 0:
            return None
        return self.limits.get(unit, 0) * self.borrow_limit // 100


@dataclass(frozen=True)
class QuotaSharePolicy:
    """A quotaSharePolicy with the shares of the queue that has it, by name."""

    shares: Mapping[str, QuotaShareConfiguration]


@dataclass(frozen=True)
class Queue:
    """What jobs wait in; a higher `priority` goes first, `environments` are tried in order.

    `policy` None is first in, first out.
    """

    arn: str
    priority: int
    environments: Sequence[str]
    policy: FairSharePolicy | QuotaSharePolicy | None = None


@dataclass(frozen=True)
class WaitingJob:
    """A RUNNABLE job; `capacity` is instances by type, `sequence` grows with each submission.

    One that is not `ready` holds up those behind it.
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
    """A job that holds capacity since `since`.

    One that is `stopping` gives it back soon; `stopping_for` is the job that it gives way to.
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
    """A time in which a share held instances, and which is over."""

    share: str
    instances: int
    start: float
    end: float


@dataclass(frozen=True)
class State:
    """All that a decision depends on, beside the time.

    `waiting` has each queue's lines, of which no more is taken than can be placed; `past` what the
    shares of fair-share queues held before.
    """

    queues: Sequence[Queue]
    environments: Mapping[str, Environment]
    waiting: Mapping[str, Mapping[str, Iterable[WaitingJob]]]
    running: Sequence[RunningJob] = ()
    past: Mapping[str, Iterable[UsagePeriod]] = field(default_factory=dict)


@dataclass(frozen=True)
class BlockedJob:
    """A job at the head of its line that can't start; `status_reason` is what Batch shows of it."""

    job_id: str
    why: str
    status_reason: str | None = None


@dataclass(frozen=True)
class Preemption:
    """A running job that gives way to `for_job`; `status_reason` is what Batch shows of it."""

    job_id: str
    for_job: str
    why: str
    status_reason: str


@dataclass(frozen=True)
class Plan:
    """What to start where (job id: environment ARN), what to stop, and what blocks the rest.

    Every waiting job is in `placements`, or is the one in `blocked` for its queue's ARN and share,
    or waits behind that one. `explained` is whether `why` is told of what is blocked.
    """

    explained: bool = True
    placements: dict[str, str] = field(default_factory=dict)
    preemptions: list[Preemption] = field(default_factory=list)
    blocked: dict[tuple[str, str], BlockedJob] = field(default_factory=dict)


class WaitingList:
    """A share's waiting jobs, the first of which is the `head`; None when all are placed."""

    def __init__(self, share: str, jobs: Iterable[WaitingJob]) -> None:
        self.share = share
        self._jobs = iter(jobs)
        self.head = next(self._jobs, None)

    def advance(self) -> None:
        """Let the next one be the head."""
        self.head = next(self._jobs, None)


class FairShareUsage:
    """What each share holds now, and has held on average over the policy's window.

    The average weighs a moment by how recent it is: 2 for now, 1 for the middle of the window, 0
    for its beginning, so that a share that always held three instances has an average of three.
    """

    def __init__(self, policy: FairSharePolicy, now: float) -> None:
        self._policy = policy
        self._now = now
        self.held: dict[str, int] = {}
        self.average: dict[str, float] = {}

    def add(self, share: str, instances: int, began: float, ended: float | None = None) -> None:
        """Count instances that are held since `began`, or were until `ended`."""
        window = self._policy.window
        oldest = min(max(self._now - began, 0.0), window)
        newest = 0.0 if ended is None else min(max(self._now - ended, 0.0), window)
        weight = (2 * (oldest - newest) - (oldest**2 - newest**2) / window) / window
        if ended is None:
            self.held[share] = self.held.get(share, 0) + instances
        if weight > 0:
            self.average[share] = self.average.get(share, 0.0) + instances * weight

    def score(self, share: str) -> float:
        """Weigh what a share holds and held; the lowest goes next."""
        used = self.held.get(share, 0) + self.average.get(share, 0.0)
        return self._policy.weight(share) * used

    def active(self, waiting: Iterable[str]) -> int:
        """Count the shares that wait, hold, or held within the window."""
        return len({*waiting, *self.held, *self.average})
