"""Simulates a scenario, from one event to the next.

At each moment attempts end first, then come changes of queues, then submissions, then changes of
jobs; then `make_plan` decides.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sjresource.emulator.scheduling.plan import make_plan
from sjresource.emulator.scheduling.state import (
    FairSharePolicy,
    RunningJob,
    State,
    UsagePeriod,
    WaitingJob,
)
from sjresource.emulator.scheduling.waiting_list import JobQueues

if TYPE_CHECKING:
    from sjresource.emulator.scheduling.state import Plan, Preemption
    from sjresource.emulator.what_if.scenario import Change, Scenario, Submission

What = Literal["submit", "start", "preempt", "requeue", "fail", "end"]


@dataclass(frozen=True)
class Event:
    """Something that happened to a job; `why` is the reason of a preemption."""

    at: float
    what: What
    job: str
    why: str = ""


@dataclass
class SimulatedAttempt:
    """A period in which a job held instances; `ended` is infinite if it still ran at the end."""

    share: str
    instances: int
    started: float
    ended: float = math.inf
    preempted: bool = False


@dataclass
class JobHistory:
    """A job's attempts and how it ended; neither `succeeded` nor `failed` if it did not."""

    submission: Submission
    attempts: list[SimulatedAttempt] = field(default_factory=list)
    succeeded: bool = False
    failed: bool = False

    @property
    def preemptions(self) -> int:
        """How many times it was preempted."""
        return sum(attempt.preempted for attempt in self.attempts)


@dataclass(frozen=True)
class Simulation:
    """What happened until `ended`; `waiting` says why the heads of the shares still wait then."""

    jobs: dict[str, JobHistory]
    events: list[Event]
    ended: float
    waiting: dict[str, str]


def simulate_scenario(scenario: Scenario) -> Simulation:
    """Simulate a scenario until its end."""
    return _Simulator(scenario).run()


_END, _CHANGE_QUEUE, _SUBMIT, _CHANGE_JOB, _RECHECK = range(5)


class _Simulator:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._queues = dict(scenario.queues)
        self._now = 0.0
        self._last_event = 0.0
        self._heap: list[tuple[float, int, int, Any]] = []
        self._entries = 0
        self._waiting: JobQueues[WaitingJob] = JobQueues()
        self._running: dict[str, RunningJob] = {}
        self._past: dict[str, deque[UsagePeriod]] = {}
        self._histories: dict[str, JobHistory] = {}
        self._sequence: dict[str, int] = {}
        self._events: list[Event] = []
        for submission in scenario.submissions:
            self._put(submission.at, _SUBMIT, submission)
        for change in scenario.changes:
            kind = _CHANGE_JOB if change.queue is None else _CHANGE_QUEUE
            self._put(change.at, kind, change)

    def run(self) -> Simulation:
        until = self._scenario.until
        while self._heap and (until is None or self._heap[0][0] <= until):
            self._now = self._heap[0][0]
            while self._heap and self._heap[0][0] == self._now:
                _, kind, _, what = heapq.heappop(self._heap)
                self._handle(kind, what)
            self._decide()
        self._now = self._now if until is None else until
        left = make_plan(self._state(), self._now).blocked.values()
        waiting = {blocked.job_id: blocked.why for blocked in left}
        return Simulation(self._histories, self._events, self._now, waiting)

    def _put(self, at: float, kind: int, what: Any) -> None:
        self._entries += 1
        heapq.heappush(self._heap, (at, kind, self._entries, what))

    def _handle(self, kind: int, what: Any) -> None:
        if kind == _SUBMIT:
            self._submit(what)
        elif kind in (_CHANGE_QUEUE, _CHANGE_JOB):
            self._change(what)
        elif kind == _END:
            name, start, stopped = what
            self._end(name, start, stopped=stopped)

    def _submit(self, submission: Submission) -> None:
        name = submission.name
        self._histories[name] = JobHistory(submission)
        self._sequence[name] = len(self._sequence) + 1
        self._note("submit", name)
        self._enqueue(name)

    def _enqueue(self, name: str) -> None:
        job, sequence = self._histories[name].submission, self._sequence[name]
        waiting = WaitingJob(name, job.capacity, True, job.priority, sequence)  # noqa: FBT003 - ready
        self._waiting.add(job.queue, job.share, job.priority, sequence, waiting)

    def _change(self, change: Change) -> None:
        if change.queue is not None:
            self._queues[change.queue.arn] = change.queue
            return
        name = change.job or ""
        history = self._histories[name]
        waits = name not in self._running and not (history.succeeded or history.failed)
        if waits:
            self._dequeue(name)
        history.submission = replace(history.submission, priority=change.priority)
        if waits:
            self._enqueue(name)
        elif name in self._running:
            self._running[name] = replace(self._running[name], priority=change.priority)

    def _dequeue(self, name: str) -> None:
        job = self._histories[name].submission
        self._waiting.remove(job.queue, job.share, job.priority, self._sequence[name])

    def _end(self, name: str, start: int, *, stopped: bool) -> None:
        """End an attempt, unless it ended before."""
        history = self._histories[name]
        if name not in self._running or len(history.attempts) != start:
            return
        self._release(name)
        if not stopped:
            history.succeeded = True
            self._note("end", name)
            return
        history.attempts[-1].preempted = True
        retries = history.submission.preemption_retries
        if retries is not None and history.preemptions > retries:
            history.failed = True
            self._note("fail", name)
        else:
            self._note("requeue", name)
            self._enqueue(name)

    def _release(self, name: str) -> None:
        job = self._running.pop(name)
        attempt = self._histories[name].attempts[-1]
        attempt.ended = self._now
        policy = self._queues[job.queue].policy
        if isinstance(policy, FairSharePolicy):
            past = self._past.setdefault(job.queue, deque())
            past.append(UsagePeriod(attempt.share, attempt.instances, attempt.started, self._now))
            while past and past[0].end < self._now - policy.window:
                past.popleft()

    def _decide(self) -> None:
        plan = make_plan(self._state(), self._now, explain=False)
        for name, environment in plan.placements.items():
            self._start(name, environment)
        for preemption in plan.preemptions:
            self._preempt(preemption)
        self._recheck_fair_share(plan)

    def _state(self) -> State:
        return State(
            queues=list(self._queues.values()),
            environments=self._scenario.environments,
            waiting={
                queue: {
                    share: self._waiting.jobs(queue, share) for share in self._waiting.shares(queue)
                }
                for queue in self._waiting.queues()
            },
            running=list(self._running.values()),
            past=self._past,
        )

    def _start(self, name: str, environment: str) -> None:
        self._dequeue(name)
        history = self._histories[name]
        job = history.submission
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
        history.attempts.append(SimulatedAttempt(job.share, sum(job.capacity.values()), self._now))
        self._note("start", name)
        self._put(self._now + job.seconds, _END, (name, len(history.attempts), False))

    def _preempt(self, preemption: Preemption) -> None:
        name = preemption.job_id
        self._running[name] = replace(
            self._running[name], stopping=True, stopping_for=preemption.for_job
        )
        self._note("preempt", name, f"{preemption.why}, for job {preemption.for_job}")
        stopped = self._now + self._scenario.stopping_seconds
        self._put(stopped, _END, (name, len(self._histories[name].attempts), True))

    def _recheck_fair_share(self, plan: Plan) -> None:
        """Decide again after a tenth of a fair-share policy's window: turns change with time alone.

        Once nothing has happened for the whole window, they change no more.
        """
        if any(kind == _RECHECK for _, kind, _, _ in self._heap[:1]) or not self._heap:
            return
        for queue in {queue for queue, share in plan.blocked if share}:
            policy = self._queues[queue].policy
            if isinstance(policy, FairSharePolicy) and len(self._waiting.shares(queue)) > 1:
                soon = self._now + policy.window / 10
                forgotten = soon - self._last_event > policy.window * 1.2
                if not forgotten and soon < self._heap[0][0]:
                    self._put(soon, _RECHECK, None)

    def _note(self, what: What, job: str, why: str = "") -> None:
        self._last_event = self._now
        self._events.append(Event(self._now, what, job, why))
