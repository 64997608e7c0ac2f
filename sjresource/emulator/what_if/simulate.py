"""Plays a scenario: from one thing that happens to the next, however long that takes.

At each moment what ends comes first, then changes, then submissions; then `scheduling.plan`
decides.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sjresource.emulator import scheduling
from sjresource.emulator.scheduling import (
    FairSharePolicy,
    RunningJob,
    State,
    UsagePeriod,
    WaitingJob,
)
from sjresource.emulator.scheduling.waiting_list import JobQueues

if TYPE_CHECKING:
    from sjresource.emulator.scheduling import Plan, Preemption
    from sjresource.emulator.what_if.scenario import Change, Scenario, Submission

What = Literal["submit", "start", "preempt", "requeue", "fail", "end"]


@dataclass(frozen=True)
class Event:
    """Something that happened to a job; `why` tells of a preemption."""

    at: float
    what: What
    job: str
    why: str = ""


@dataclass
class Run:
    """A time in which a job held instances; `ended` None is still running at the end."""

    share: str
    instances: int
    began: float
    ended: float | None = None
    preempted: bool = False


@dataclass
class Life:
    """What became of one job."""

    submission: Submission
    runs: list[Run] = field(default_factory=list)
    succeeded: bool = False
    failed: bool = False

    @property
    def preemptions(self) -> int:
        """How often it was preempted."""
        return sum(run.preempted for run in self.runs)


@dataclass(frozen=True)
class Play:
    """All that happened, until `ended`; `waiting` says of the heads that are left why they wait."""

    lives: dict[str, Life]
    events: list[Event]
    ended: float
    waiting: dict[str, str]


def play(scenario: Scenario) -> Play:
    """Let a scenario's time pass."""
    return _Player(scenario).play()


_END, _CHANGE, _SUBMIT, _LOOK = range(4)


class _Player:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._queues = dict(scenario.queues)
        self._now = 0.0
        self._happened = 0.0
        self._agenda: list[tuple[float, int, int, Any]] = []
        self._entries = 0
        self._lines: JobQueues[WaitingJob] = JobQueues()
        self._running: dict[str, RunningJob] = {}
        self._past: dict[str, deque[UsagePeriod]] = {}
        self._lives: dict[str, Life] = {}
        self._sequence: dict[str, int] = {}
        self._events: list[Event] = []
        for submission in scenario.submissions:
            self._put(submission.at, _SUBMIT, submission)
        for change in scenario.changes:
            self._put(change.at, _CHANGE, change)

    def play(self) -> Play:
        until = self._scenario.until
        while self._agenda and (until is None or self._agenda[0][0] <= until):
            self._now = self._agenda[0][0]
            while self._agenda and self._agenda[0][0] == self._now:
                _, kind, _, what = heapq.heappop(self._agenda)
                self._happen(kind, what)
            self._decide()
        self._now = self._now if until is None else until
        left = scheduling.plan(self._state(), self._now).blocked.values()
        waiting = {blocked.job_id: blocked.why for blocked in left}
        return Play(self._lives, self._events, self._now, waiting)

    def _put(self, at: float, kind: int, what: Any) -> None:
        self._entries += 1
        heapq.heappush(self._agenda, (at, kind, self._entries, what))

    def _happen(self, kind: int, what: Any) -> None:
        if kind == _SUBMIT:
            self._submit(what)
        elif kind == _CHANGE:
            self._change(what)
        elif kind == _END:
            name, start, stopped = what
            self._end(name, start, stopped=stopped)

    def _submit(self, submission: Submission) -> None:
        name = submission.name
        self._lives[name] = Life(submission)
        self._sequence[name] = len(self._sequence) + 1
        self._note("submit", name)
        self._queue_up(name)

    def _queue_up(self, name: str) -> None:
        job, sequence = self._lives[name].submission, self._sequence[name]
        waiting = WaitingJob(name, job.capacity, True, job.priority, sequence)  # noqa: FBT003 - ready
        self._lines.add(job.queue, job.share, job.priority, sequence, waiting)

    def _change(self, change: Change) -> None:
        if change.queue is not None:
            self._queues[change.queue.arn] = change.queue
            return
        name = change.job or ""
        life = self._lives[name]
        waits = name not in self._running and not (life.succeeded or life.failed)
        if waits:
            self._leave(name)
        life.submission = replace(life.submission, priority=change.priority)
        if waits:
            self._queue_up(name)
        elif name in self._running:
            self._running[name] = replace(self._running[name], priority=change.priority)

    def _leave(self, name: str) -> None:
        job = self._lives[name].submission
        self._lines.remove(job.queue, job.share, job.priority, self._sequence[name])

    def _end(self, name: str, start: int, *, stopped: bool) -> None:
        """End a run, unless it ended before."""
        life = self._lives[name]
        if name not in self._running or len(life.runs) != start:
            return
        self._give_back(name)
        if not stopped:
            life.succeeded = True
            self._note("end", name)
            return
        life.runs[-1].preempted = True
        retries = life.submission.preemption_retries
        if retries is not None and life.preemptions > retries:
            life.failed = True
            self._note("fail", name)
        else:
            self._note("requeue", name)
            self._queue_up(name)

    def _give_back(self, name: str) -> None:
        job = self._running.pop(name)
        run = self._lives[name].runs[-1]
        run.ended = self._now
        policy = self._queues[job.queue].policy
        if isinstance(policy, FairSharePolicy):
            past = self._past.setdefault(job.queue, deque())
            past.append(UsagePeriod(run.share, run.instances, run.began, self._now))
            while past and past[0].end < self._now - policy.window:
                past.popleft()

    def _decide(self) -> None:
        plan = scheduling.plan(self._state(), self._now, explain=False)
        for name, environment in plan.placements.items():
            self._start(name, environment)
        for preemption in plan.preemptions:
            self._preempt(preemption)
        self._look_again(plan)

    def _state(self) -> State:
        return State(
            queues=list(self._queues.values()),
            environments=self._scenario.environments,
            waiting={
                queue: {
                    share: self._lines.jobs(queue, share) for share in self._lines.shares(queue)
                }
                for queue in self._lines.queues()
            },
            running=list(self._running.values()),
            past=self._past,
        )

    def _start(self, name: str, environment: str) -> None:
        self._leave(name)
        life = self._lives[name]
        job = life.submission
        self._running[name] = RunningJob(
            id=name,
            queue=job.queue,
            environment=environment,
            capacity=job.capacity,
            share=job.share,
            priority=job.priority,
            since=self._now,
            sequence=self._sequence[name],
        )
        life.runs.append(Run(job.share, sum(job.capacity.values()), self._now))
        self._note("start", name)
        self._put(self._now + job.seconds, _END, (name, len(life.runs), False))

    def _preempt(self, preemption: Preemption) -> None:
        name = preemption.job_id
        self._running[name] = replace(
            self._running[name], stopping=True, stopping_for=preemption.for_job
        )
        self._note("preempt", name, f"{preemption.why}, for job {preemption.for_job}")
        stopped = self._now + self._scenario.stopping_seconds
        self._put(stopped, _END, (name, len(self._lives[name].runs), True))

    def _look_again(self, plan: Plan) -> None:
        """In a fair-share queue turns change with time alone, slowly.

        Once nothing has happened for all of the policy's window, they do no more.
        """
        if any(kind == _LOOK for _, kind, _, _ in self._agenda[:1]) or not self._agenda:
            return
        for queue in {queue for queue, share in plan.blocked if share}:
            policy = self._queues[queue].policy
            if isinstance(policy, FairSharePolicy) and len(self._lines.shares(queue)) > 1:
                soon = self._now + policy.window / 10
                forgotten = soon - self._happened > policy.window * 1.2
                if not forgotten and soon < self._agenda[0][0]:
                    self._put(soon, _LOOK, None)

    def _note(self, what: What, job: str, why: str = "") -> None:
        self._happened = self._now
        self._events.append(Event(self._now, what, job, why))
