"""What one scheduling pass costs, by the number of jobs that wait over 20 shares.

`python benchmarks/scheduling.py [--sizes 1000 10000]`. For each policy: the pass in which nothing
fits, the pass that starts every job, and, apart, lining the jobs up, which the emulator does once a
job. Times are medians of processor time in milliseconds; a ratio compares with the first size, and
more than 15 for ten times the jobs is a failure. Then a month of submissions is played.
"""

# ruff: noqa: T201, INP001 - a script, which talks to a terminal

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time

from sjresource.emulator.scheduling import (
    Environment,
    FairShare,
    Plan,
    Queue,
    QuotaShare,
    QuotaShares,
    State,
    Waiting,
    plan,
)
from sjresource.emulator.scheduling.lines import Lines
from sjresource.emulator.what_if.playing import play
from sjresource.emulator.what_if.scenario import read_scenario

KIND = "ml.p5.48xlarge"
SHARES = [f"team{number}" for number in range(20)]
ROUNDS = 15
MOST = 15.0


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    options = parser.parse_args()
    worst = 0.0
    for policy in ("quota shares", "fair share"):
        for room, what in ((0, "nothing starts"), (1, "all start")):
            first: dict[str, float] = {}
            for size in options.sizes:
                rounds = [one_pass(policy, size, size * room) for _ in range(ROUNDS)]
                for part, values in zip(
                    ("lining up", what), zip(*rounds, strict=True), strict=True
                ):
                    took = statistics.median(values)
                    ratio = took / first.setdefault(part, took)
                    worst = max(worst, ratio)
                    print(
                        f"{policy:<13} {part:<15} {size:>7} jobs {took * 1000:8.2f} ms {ratio:6.1f}"
                    )
    began = time.process_time()
    jobs = play(read_scenario(month())).lives
    print(f"a month of {len(jobs)} submissions: {time.process_time() - began:.1f} s")
    return 1 if worst > MOST else 0


def one_pass(policy: str, size: int, room: int) -> tuple[float, float]:
    """Time lining up and one pass, in seconds."""
    made = QuotaShares({name: QuotaShare(name, {KIND: size}, lends=True) for name in SHARES})
    queue = Queue("queue", 1, ["env"], made if policy == "quota shares" else FairShare())
    jobs = [
        (SHARES[number % len(SHARES)], number % 7, Waiting(str(number), {KIND: 1}, sequence=number))
        for number in range(size)
    ]
    gc.collect()
    began = time.process_time()
    lines: Lines[Waiting] = Lines()
    for share, priority, job in jobs:
        lines.add(queue.arn, share, priority, job.sequence, job)
    lined_up = time.process_time()
    waiting = {queue.arn: {share: lines.jobs(queue.arn, share) for share in SHARES}}
    environments = {"env": Environment("env", open=True, limits={KIND: room})}
    decided: Plan = plan(State([queue], environments, waiting), 0.0, explain=False)
    for number in decided.placements:
        share, priority, job = jobs[int(number)]
        lines.remove(queue.arn, share, priority, job.sequence)
    decided_at = time.process_time()
    if len(decided.placements) != room:
        raise AssertionError(f"{len(decided.placements)} jobs started, not {room}")
    return lined_up - began, decided_at - lined_up


def month() -> dict[str, object]:
    """Describe a month in which 20 teams keep 64 instances busy."""
    sharing = {
        "capacityLimits": [{"maxCapacity": 4, "capacityUnit": KIND}],
        "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW"},
        "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
    }
    return {
        "environments": {"env": {KIND: 80}},
        "queues": {"queue": {"quotaShares": dict.fromkeys(SHARES, sharing)}},
        "jobs": [
            {"name": name, "share": name, "seconds": [600, 30_000], "every": 5000, "count": 500,
             "instances": 1 + number % 4, "priority": number % 3, "random": True}
            for number, name in enumerate(SHARES)
        ],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
