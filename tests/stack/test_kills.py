"""Who dies when: after the next `pulumi up` there is one job, and the state has it.

A job is named by the window in which its create is when the victim dies; four creates run at once,
so that one death meets four windows. The emulator's faults hold each in its window.

| window     | the create is held                                      | in Batch |
| ---------- | ------------------------------------------------------- | -------- |
| listing    | before it sends SubmitServiceJob                        | no       |
| in-flight  | with the request sent, and the effect still to come     | later    |
| answering  | after the effect, before the answer                     | yes      |
| describing | after the answer, before the state is written           | yes      |
| waiting    | not at all: it depends on a job that isn't made yet     | no       |

Left out, since they can't differ: a request in flight dies with the emulator that it goes to; the
program has no part in a create, so its death is the same in every window, whatever a token gives.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest
from emulated_stack import EmulatedCloud
from job_stack import JobStack
from pulumi_cli import holds_within
from victims import CLI, PLUGIN, PROGRAM, Gate, MortalEmulator, kill_in_up, unlock

from sjresource.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine_fixtures import NewStack
    from pulumi_cli import RunningCli

pytestmark = pytest.mark.stack

WINDOWS: dict[str, dict[str, Any]] = {
    "listing": {},
    "in-flight": {},
    "answering": {},
    "describing": {},
    "waiting": {"after": ["listing"]},
}
LONGEST_HOLD_SECONDS = 60.0


class Point(NamedTuple):
    """A row: who dies, what a used token gives, and when the request in flight has its effect."""

    victim: str
    token_replay: Literal["same-job", "reject"]
    lands: Literal["before-the-next-up", "after-the-next-up"]


@pytest.mark.parametrize(
    "point",
    [
        Point(PLUGIN, "same-job", "before-the-next-up"),
        Point(PLUGIN, "reject", "before-the-next-up"),
        Point(PLUGIN, "same-job", "after-the-next-up"),
        Point(PLUGIN, "reject", "after-the-next-up"),
        Point(CLI, "same-job", "after-the-next-up"),
        Point(CLI, "reject", "before-the-next-up"),
    ],
    ids="-".join,
)
def test_what_a_killed_process_had_begun_is_one_job(new_stack: NewStack, point: Point) -> None:
    """The plugin's or the CLI's death in any window is made good by the next `up`."""
    with held(point.token_replay) as (cloud, gate):
        jobs = JobStack(cloud, new_stack)
        cli = start_held(jobs)
        assert kill_in_up(cli, point.victim)
        clean_up(jobs, cli, point.victim)
        assert jobs.in_state() == {}
        if point.lands == "before-the-next-up":
            land(cloud, gate)

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}
        land(cloud, gate)
        assert jobs.wrong(*WINDOWS) == {}
        assert jobs.stack.up("--expect-no-changes").steps == []


def test_a_killed_program_loses_nothing_that_it_had_begun(new_stack: NewStack) -> None:
    """The engine ends what runs and writes it down, before it fails."""
    with held("same-job") as (cloud, gate):
        jobs = JobStack(cloud, new_stack)
        cli = start_held(jobs)
        assert kill_in_up(cli, PROGRAM)
        gate.open()
        cli.wait(fails=True)
        begun = [window for window in WINDOWS if window != "waiting"]
        assert jobs.wrong(*begun) == {}

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}


@pytest.mark.parametrize("token_replay", ["same-job", "reject"])
def test_a_killed_batch_is_asked_again(
    new_stack: NewStack, tmp_path: Path, token_replay: str
) -> None:
    """Batch is back soon, with all that had its effect: the same `up` goes on, under one token."""
    emulator = MortalEmulator(tmp_path / "data", "--token-replay", token_replay)
    try:
        jobs = JobStack(emulator.cloud, new_stack)
        cli = start_held(jobs)
        emulator.kill()
        emulator.start_again()
        cli.wait()

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}
        assert jobs.stack.up("--expect-no-changes").steps == []
    finally:
        emulator.stop()


@pytest.mark.parametrize("token_replay", ["same-job", "reject"])
def test_a_lost_or_refused_answer_is_asked_for_again(
    new_stack: NewStack, token_replay: Literal["same-job", "reject"]
) -> None:
    """One `up` gets over cut connections, throttles and server errors, each on a job of its own."""
    with held(token_replay) as (cloud, _):
        jobs = JobStack(cloud, new_stack)
        names = ("drop_before", "drop_after", "throttle", "error")
        for kind in names:
            cloud.control.fault("SubmitServiceJob", kind, match={"jobName": kind})
        jobs.declare(**{name: {} for name in names})

        jobs.stack.up()

        assert jobs.wrong(*names) == {}
        assert cloud.submitted() > len(names)


def test_a_state_that_can_not_be_written_loses_no_job(new_stack: NewStack) -> None:
    """The engine has the jobs' ids, its backend is out of reach, and so it is killed."""
    begun = [window for window in WINDOWS if window != "waiting"]
    with held("same-job") as (cloud, gate):
        jobs = JobStack(cloud, new_stack)
        cli = start_held(jobs)
        with jobs.without_a_backend():
            gate.open()
            for window in begun:
                cli.wait_for(f"{window} created")
            assert kill_in_up(cli, CLI)
        unlock(jobs.stack)
        assert jobs.in_state() == {}
        assert [len(jobs.in_batch(window)) for window in begun] == [1, 1, 1, 1]

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}


@contextmanager
def held(token_replay: Literal["same-job", "reject"]) -> Iterator[tuple[EmulatedCloud, Gate]]:
    """Give an emulated cloud whose delayed calls wait for a gate."""
    gate = Gate()
    with Emulator() as emulator:
        emulator.behaviour.token_replay = token_replay
        emulator.faults.sleep = gate.hold
        try:
            yield EmulatedCloud(emulator), gate
        finally:
            gate.open()


def start_held(jobs: JobStack) -> RunningCli:
    """Start an `up` and block until each of its creates is held in its window."""
    control = jobs.cloud.control
    control.call("POST", "rules", script={"running": 3600})
    for operation, kind, match in (
        ("ListServiceJobs", "delay", named("listing")),
        ("SubmitServiceJob", "delay", {"jobName": "in-flight"}),
        ("SubmitServiceJob", "delay_after", {"jobName": "answering"}),
        # Only one gets so far.
        ("DescribeServiceJob", "delay", {}),
    ):
        control.fault(operation, kind, match=match, seconds=LONGEST_HOLD_SECONDS)
    jobs.declare(**WINDOWS)
    cli = jobs.stack.start("up")
    assert holds_within(60, lambda: control.call("GET", "faults")["faults"] == []), cli.stdout()
    return cli


def named(name: str) -> dict[str, Any]:
    """Match the listing of a job's namesakes."""
    return {"filters": [{"name": "JOB_NAME", "values": [name]}]}


def clean_up(jobs: JobStack, cli: RunningCli, victim: str) -> None:
    """Do what the user does after such a death, before the next `up`."""
    if victim == CLI:
        unlock(jobs.stack)
    else:
        cli.wait(fails=True)


def land(cloud: EmulatedCloud, gate: Gate) -> None:
    """Let all calls go on that are held, and block until they have had their effect."""
    gate.open()
    assert holds_within(10, settled(cloud.control.calls))


def settled(counts: Callable[[], dict[str, int]]) -> Callable[[], bool]:
    """Tell whether nothing has been answered between two looks."""
    last: list[dict[str, int]] = [{}]

    def look() -> bool:
        last.append(counts())
        return last[-1] == last[-2]

    return look
