"""What one scheduling pass costs, by the number of jobs that wait over 20 shares.

For each policy: the pass in which nothing fits, the pass that starts every job, and, apart, lining
the jobs up, which the emulator does once a job. Times are medians of processor time; a ratio
compares with the first size. Then a month of submissions is simulated.
"""

from __future__ import annotations

import gc
import statistics
import time
from typing import TYPE_CHECKING

from benchmarks.table import Row
from sjresource.emulator.scheduling.capacity import Environment
from sjresource.emulator.scheduling.plan import make_plan
from sjresource.emulator.scheduling.state import (
    FairSharePolicy,
    Plan,
    Queue,
    QuotaShareConfiguration,
    QuotaSharePolicy,
    State,
    WaitingJob,
)
from sjresource.emulator.scheduling.waiting_list import JobQueues
from sjresource.emulator.what_if.scenario_json import read_scenario
from sjresource.emulator.what_if.simulate import simulate_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

KIND = "ml.p5.48xlarge"
SHARES = [f"team{number}" for number in range(20)]
ROUNDS = 15
MOST = 15.0


def rows(sizes: Sequence[int], submissions: int) -> Iterator[Row]:
    """Time passes at these sizes, and a month of submissions to play."""
    gc.freeze()  # so that the collections before each pass look through what passes have made
    for policy in ("quota shares", "fair share"):
        for room, what in ((0, "nothing starts"), (1, "all start")):
            first: dict[str, float] = {}
            for size in sizes:
                rounds = [one_pass(policy, size, size * room) for _ in range(ROUNDS)]
                parts = zip(("lining up", what), zip(*rounds, strict=True), strict=True)
                for part, values in parts:
                    took = 1000 * statistics.median(values)
                    before = first.setdefault(part, took)
                    yield _row(f"{policy}, {part}, {size} jobs", took, before)
    gc.unfreeze()
    began = time.process_time()
    jobs = simulate_scenario(read_scenario(month(submissions))).jobs
    took = 1000 * (time.process_time() - began)
    yield Row("emulator", f"a month of {len(jobs)} submissions", took, "ms")


def _row(what: str, took: float, first: float) -> Row:
    compared = (first, took / first, MOST) if took != first else (None, None, None)
    return Row("emulator", what, took, "ms", *compared)


def one_pass(policy: str, size: int, room: int) -> tuple[float, float]:
    """Time lining up and one pass, in seconds."""
    made = QuotaSharePolicy(
        {name: QuotaShareConfiguration(name, {KIND: size}, lends=True) for name in SHARES}
    )
    queue = Queue("queue", 1, ["env"], made if policy == "quota shares" else FairSharePolicy())
    jobs = [
        (
            SHARES[number % len(SHARES)],
            number % 7,
            WaitingJob(str(number), {KIND: 1}, sequence=number),
        )
        for number in range(size)
    ]
    gc.collect()
    began = time.process_time()
    lines: JobQueues[WaitingJob] = JobQueues()
    for share, priority, job in jobs:
        lines.add(queue.arn, share, priority, job.sequence, job)
    lined_up = time.process_time()
    waiting: dict[str, dict[str, Iterable[WaitingJob]]] = {
        queue.arn: {share: lines.jobs(queue.arn, share) for share in SHARES}
    }
    environments = {"env": Environment("env", open=True, limits={KIND: room})}
    decided: Plan = make_plan(State([queue], environments, waiting), 0.0, explain=False)
    for number in decided.placements:
        share, priority, job = jobs[int(number)]
        lines.remove(queue.arn, share, priority, job.sequence)
    decided_at = time.process_time()
    if len(decided.placements) != room:
        raise AssertionError(f"{len(decided.placements)} jobs started, not {room}")
    return lined_up - began, decided_at - lined_up


def month(submissions: int) -> dict[str, object]:
    """Describe a month in which 20 teams keep 64 instances busy."""
    count = submissions // len(SHARES)
    sharing = {
        "capacityLimits": [{"maxCapacity": 4, "capacityUnit": KIND}],
        "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW"},
        "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
    }
    return {
        "environments": {"env": {KIND: 80}},
        "queues": {"queue": {"quotaShares": dict.fromkeys(SHARES, sharing)}},
        "jobs": [
            {"name": name, "share": name, "seconds": [600, 30_000], "every": 5000, "count": count,
             "instances": 1 + number % 4, "priority": number % 3, "random": True}
            for number, name in enumerate(SHARES)
        ],
    }  # fmt: skip
