"""What a user would pick instead: a boto3 loop, a pool of four threads, the SageMaker SDK.

All submit the same jobs to the same emulator, with the same latency, and wait for their ends. The
emulator says when: the submit phase is from its first SubmitServiceJob to the end of its last.

Beside them are native resources that do nothing but sleep, for a job's calls and for a submission
alone: what no provider can go below on this engine.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.pairs import by_turns, compared
from benchmarks.stacks.call_counts import CALLS, SUBMITTED_AT
from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import ROOT, Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LATENCY = 0.05
_RUNNING_SECONDS = 1.0
_SDK = ROOT / ".clients" / "sagemaker-train" / "bin" / "python"
_POOL = "a boto3 pool of 4"
_WIDE_POOL = f"a boto3 pool of {4 * (os.cpu_count() or 1)}"
"""As many threads as the engine has operations at once, if nobody says otherwise."""
_GOALS = {_POOL: 1.3, "a boto3 loop": 1.0, "the SageMaker SDK": 1.0}
_NATIVE_GOAL = 1.3


class Run(NamedTuple):
    """One contender's run, in seconds: from the start, until all are submitted, and in all."""

    submitting: float
    submitted: float
    ended: float
    calls: float


def rows(jobs: int, rounds: int, latency: float = LATENCY) -> Iterator[Row]:
    """Let all run by turns."""
    contenders: dict[str, Callable[[Cloud, Path], None]] = {
        "sjresource": lambda cloud, folder: _sjresource(cloud, folder, jobs),
        "native": lambda cloud, folder: _sjresource(cloud, folder, jobs, "native"),
        _WIDE_POOL: lambda cloud, _: _boto3(cloud, jobs, threads=4 * (os.cpu_count() or 1)),
        "a boto3 loop": lambda cloud, _: _boto3(cloud, jobs, threads=1),
        _POOL: lambda cloud, _: _boto3(cloud, jobs, threads=4),
    }
    if _SDK.exists():
        contenders["the SageMaker SDK"] = lambda cloud, folder: _sdk(cloud, folder, jobs)
    else:
        print(
            "no SageMaker SDK here: `python tests/emulator/clients/prepare.py sagemaker-train`",
            file=sys.stderr,
        )
    measures = {name: _timed(run, jobs, latency) for name, run in contenders.items()}
    empty: dict[str, Callable[[], Run]] = {
        f"empty native, {count} calls": partial(_submit_nothing, jobs, latency, count)
        for count in (CALLS["create"], 1)
    }
    runs = by_turns(rounds, {**measures, **empty})
    ours, native = runs.pop("sjresource"), runs.pop("native")
    wide = runs.pop(_WIDE_POOL)
    for name in empty:
        yield _compared(f"{name}: submit phase / {_WIDE_POOL}", 0, runs.pop(name), wide)
    yield _compared(f"native: submit phase / {_WIDE_POOL}", 0, native, wide, _NATIVE_GOAL)
    yield _compared(f"native: submitted and waited for / {_WIDE_POOL}", 2, native, wide)
    for name, theirs in runs.items():
        yield _compared(f"submit phase / {name}", 0, ours, theirs, _GOALS[name])
        yield _compared(f"from start to all submitted / {name}", 1, ours, theirs)
        yield _compared(f"submitted and waited for / {name}", 2, ours, theirs)
    for name, theirs in {"sjresource": ours, **runs}.items():
        calls = statistics.median(run.calls for run in theirs)
        yield Row("rivals", f"calls a job, waits included: {name}", calls, "calls")


def _compared(
    what: str, part: int, ours: list[Run], theirs: list[Run], goal: float | None = None
) -> Row:
    mine, others = [run[part] for run in ours], [run[part] for run in theirs]
    return compared("rivals", what, mine, others, goal)


def _timed(run: Callable[[Cloud, Path], None], jobs: int, latency: float) -> Callable[[], Run]:
    def measure() -> Run:
        with (
            tempfile.TemporaryDirectory() as folder,
            Cloud(Path(folder) / "cloud", _RUNNING_SECONDS) as cloud,
        ):
            cloud.make_role("training")
            cloud.slow_down(latency)
            cloud.calls()
            submissions = _Submissions(cloud, jobs)
            began = time.time()  # the emulator's calls have this clock
            run(cloud, Path(folder))
            ended = time.time()
            first, last = submissions.first_and_last()
            made = sum(cloud.calls().values())
        return Run(last - first + latency, last - began, ended - began, made / jobs)

    return measure


class _Submissions:
    """Sees when the first and the last job was submitted; the emulator forgets old calls."""

    def __init__(self, cloud: Cloud, jobs: int) -> None:
        self._cloud = cloud
        self._jobs = jobs
        self._moments: list[float] = []
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def first_and_last(self) -> tuple[float, float]:
        """Return both moments."""
        self._thread.join(timeout=5)
        return self._moments[0], self._moments[-1]

    def _look(self) -> None:
        while len(self._moments) < self._jobs:
            time.sleep(0.5)
            log: list[dict[str, Any]] = self._cloud.control("GET", "calls")["calls"]
            found = [call["at"] for call in log if call["operation"] == "SubmitServiceJob"]
            self._moments = sorted({*self._moments, *found})


def _sjresource(cloud: Cloud, folder: Path, jobs: int, kind: str = "sjresource") -> None:
    stack = Stack(folder / "stack", cloud.environment)
    stack.up(Declared(kind, jobs, cloud.queue, waits=True))


def _submit_nothing(jobs: int, latency: float, calls: int) -> Run:
    """Make so many empty resources that sleep for so many calls; their state says when."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "stack", {})
        began = time.time()
        stack.up(Declared("empty", jobs, latency=latency * calls / CALLS["create"]))
        ended = time.time()
        made = (resource.get("outputs", {}) for resource in stack.state()["resources"])
        moments = sorted(each[SUBMITTED_AT] for each in made if SUBMITTED_AT in each)
    return Run(moments[-1] - moments[0] + latency, moments[-1] - began, ended - began, 0)


def _boto3(cloud: Cloud, jobs: int, threads: int) -> None:
    command = [sys.executable, "-m", "benchmarks.stacks.boto3_program", cloud.queue, str(jobs)]
    _run([*command, str(threads)], {**os.environ, **cloud.environment})


def _sdk(cloud: Cloud, folder: Path, jobs: int) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **cloud.environment}
    program = str(ROOT / "benchmarks" / "stacks" / "sagemaker_program.py")
    _run([str(_SDK), program, "training", str(jobs)], environment)


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
