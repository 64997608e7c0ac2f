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
program has no part in a create, so its death is the same in every window, whatever a token gives;
of victim, replay and landing each pair is a row, since a create can't tell who died before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest
from held_calls import HeldCalls, TokenReplay, held_calls
from job_stack import JobStack
from pulumi_cli import holds_within
from victims import CLI, PLUGIN, PROGRAM, MortalEmulator, kill_in_up, unlock

if TYPE_CHECKING:
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
OF_BATCH = ("listing", "answering", "describing", "waiting")


class Point(NamedTuple):
    """A row: who dies, what a used token gives, and when the request in flight has its effect."""

    victim: str
    token_replay: TokenReplay
    lands: Literal["before-the-next-up", "after-the-next-up"]


@pytest.mark.parametrize(
    "point",
    [
        Point(PLUGIN, "same-job", "before-the-next-up"),
        Point(PLUGIN, "reject", "after-the-next-up"),
        Point(CLI, "same-job", "after-the-next-up"),
        Point(CLI, "reject", "before-the-next-up"),
    ],
    ids="-".join,
)
def test_what_a_killed_process_had_begun_is_one_job(new_stack: NewStack, point: Point) -> None:
    """The plugin's or the CLI's death in any window is made good by the next `up`."""
    with held_calls(point.token_replay) as held:
        jobs = JobStack(held.cloud, new_stack)
        cli = start_held(held, jobs)
        assert kill_in_up(cli, point.victim)
        clean_up(jobs, cli, point.victim)
        assert jobs.in_state() == {}
        if point.lands == "before-the-next-up":
            held.let_go()

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}
        held.let_go()
        assert jobs.wrong(*WINDOWS) == {}


def test_a_killed_program_loses_nothing_that_it_had_begun(new_stack: NewStack) -> None:
    """The engine ends what runs and writes it down, before it fails."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack)
        cli = start_held(held, jobs)
        assert kill_in_up(cli, PROGRAM)
        held.let_go()
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
        cli = start_slowed(jobs)
        emulator.kill()
        emulator.start_again()
        cli.wait()

        jobs.stack.up()

        assert jobs.wrong(*OF_BATCH) == {}
    finally:
        emulator.stop()


@pytest.mark.parametrize("token_replay", ["same-job", "reject"])
def test_a_lost_or_refused_answer_is_asked_for_again(
    new_stack: NewStack, token_replay: TokenReplay
) -> None:
    """One `up` gets over cut connections, throttles and server errors, each on a job of its own."""
    with held_calls(token_replay) as held:
        jobs = JobStack(held.cloud, new_stack)
        names = ("drop_before", "drop_after", "throttle", "error")
        for kind in names:
            held.cloud.control.fault("SubmitServiceJob", kind, match={"jobName": kind})
        jobs.declare(**{name: {} for name in names})

        jobs.stack.up()

        assert jobs.wrong(*names) == {}
        assert held.cloud.submitted() > len(names)


def test_a_state_that_can_not_be_written_loses_no_job(new_stack: NewStack) -> None:
    """The engine has the jobs' ids, its backend is out of reach, and so it is killed."""
    begun = [window for window in WINDOWS if window != "waiting"]
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack)
        cli = start_held(held, jobs)
        with jobs.without_a_backend():
            held.let_go()
            for window in begun:
                cli.wait_for(f"{window} created")
            assert kill_in_up(cli, CLI)
        unlock(jobs.stack)
        assert jobs.in_state() == {}
        assert [len(jobs.in_batch(window)) for window in begun] == [1, 1, 1, 1]

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}


def start_held(held: HeldCalls, jobs: JobStack) -> RunningCli:
    """Start an `up` and block until each of its creates is held in its window."""
    held.hold("ListServiceJobs", match=named("listing"))
    held.hold("SubmitServiceJob", match={"jobName": "in-flight"})
    held.hold("SubmitServiceJob", match={"jobName": "answering"}, after_effect=True)
    held.hold("DescribeServiceJob")  # only one gets so far
    jobs.declare(**WINDOWS)
    return held.start_up(jobs.stack)


def start_slowed(jobs: JobStack) -> RunningCli:
    """Do the same with an emulator in another process, whose delays can't be ended."""
    control = jobs.cloud.control
    for operation, kind, match in (
        ("ListServiceJobs", "delay", named("listing")),
        ("SubmitServiceJob", "delay_after", {"jobName": "answering"}),
        ("DescribeServiceJob", "delay", {}),
    ):
        control.fault(operation, kind, match=match, seconds=60)
    jobs.declare(**{window: WINDOWS[window] for window in OF_BATCH})
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
