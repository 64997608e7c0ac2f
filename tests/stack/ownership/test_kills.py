"""Who dies when: after the next `pulumi up` there is one job, and the state has it.

The moments are the windows of `create_windows.py`: one death meets all of them.

Left out, since they can't differ: a request in flight dies with the emulator that it goes to; the
program has no part in a create, so its death is the same in every window, whatever a token gives;
of victim, replay, landing and front each pair is a row, since a create can't tell who died before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import psutil
import pytest
from create_windows import BATCHS_WINDOWS, WINDOWS, start_held, start_slowed
from fronts import DYNAMIC, NATIVE, Front, taking_turns
from held_calls import TokenReplay, held_calls
from job_stack import JobStack
from pulumi_cli import holds_within
from victims import CLI, PLUGIN, PROGRAM, MortalEmulator, kill_in_up, plugins_of, unlock

if TYPE_CHECKING:
    from pathlib import Path

    from engine_fixtures import NewStack
    from pulumi_cli import RunningCli

pytestmark = pytest.mark.stack


UNANSWERED: dict[str, dict[str, Any]] = {
    kind: {} for kind in ("drop_before", "drop_after", "throttle", "error")
}
"""Jobs, by what befalls the answer to their submission."""


class Point(NamedTuple):
    """A row: who dies, what a used token gives, when the request in flight lands, whose jobs."""

    victim: str
    token_replay: TokenReplay
    lands: Literal["before-the-next-up", "after-the-next-up"]
    front: Front


@pytest.mark.parametrize(
    "point",
    [
        Point(PLUGIN, "same-job", "before-the-next-up", DYNAMIC),
        Point(PLUGIN, "reject", "after-the-next-up", NATIVE),
        Point(CLI, "same-job", "after-the-next-up", NATIVE),
        Point(CLI, "reject", "before-the-next-up", NATIVE),
        Point(CLI, "reject", "after-the-next-up", DYNAMIC),
    ],
    ids="-".join,
)
def test_what_a_killed_process_had_begun_is_one_job(new_stack: NewStack, point: Point) -> None:
    """The plugin's or the CLI's death in any window is made good by the next `up`.

    Which gets over cut connections, throttles and server errors, too, each on a job of its own.
    """
    with held_calls(point.token_replay) as held:
        jobs = JobStack(held.cloud, new_stack, point.front)
        cli = start_held(held, jobs)
        plugins = plugins_of(jobs.stack)
        assert plugins or point.front != NATIVE
        assert kill_in_up(cli, point.victim, point.front)
        clean_up(jobs, cli, point.victim, plugins)
        assert jobs.in_state() == {}
        if point.lands == "before-the-next-up":
            held.let_go()
        for kind in UNANSWERED:
            held.cloud.control.fault("SubmitServiceJob", kind, match={"jobName": kind})
        jobs.declare(**WINDOWS, **UNANSWERED)

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS, *UNANSWERED) == {}
        assert [kind for kind in UNANSWERED if held.cloud.submissions(kind) < 2] == []
        held.let_go()
        assert jobs.wrong(*WINDOWS) == {}


def test_a_killed_program_loses_nothing_that_it_had_begun_and_a_killed_delete_is_finished(
    new_stack: NewStack, front: Front
) -> None:
    """The engine ends what runs and writes it down, before it fails; the next `up` does the rest.

    In that the plugin dies before and after a job has been asked to end: neither goes on.
    """
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        cli = start_held(held, jobs)
        assert kill_in_up(cli, PROGRAM, front)
        held.let_go()
        cli.wait(fails=True)
        begun = [window for window in WINDOWS if window != "waiting"]
        assert jobs.wrong(*begun) == {}

        doomed = ("in-flight", "describing")
        kept = {name: job for name, job in WINDOWS.items() if name not in doomed}
        held.hold_again()
        for name, after_effect in zip(doomed, (False, True), strict=True):
            match = {"jobId": jobs.in_state()[name]}
            held.hold("TerminateServiceJob", after_effect=after_effect, match=match)
        jobs.declare(**kept)
        cli = held.start_up(jobs.stack)
        assert kill_in_up(cli, PLUGIN, front)
        cli.wait(fails=True)
        assert jobs.wrong(*WINDOWS) == {}

        jobs.stack.up()

        assert sorted(jobs.all_live()) == sorted(jobs.in_state().values())
        assert jobs.in_state().keys() == kept.keys()


@pytest.mark.parametrize(("token_replay", "front"), taking_turns("same-job", "reject"))
def test_a_killed_batch_is_asked_again(
    new_stack: NewStack, tmp_path: Path, token_replay: str, front: Front
) -> None:
    """Batch is back soon, with all that had its effect: the same `up` goes on, under one token.

    Or the next one does, if it was not so soon.
    """
    emulator = MortalEmulator(tmp_path / "data", "--token-replay", token_replay)
    try:
        jobs = JobStack(emulator.cloud, new_stack, front)
        cli = start_slowed(jobs)
        emulator.kill()
        emulator.start_again()
        if cli.wait().exit_code:
            jobs.stack.up()

        assert jobs.wrong(*BATCHS_WINDOWS) == {}
    finally:
        emulator.stop()


def test_a_state_that_can_not_be_written_loses_no_job(new_stack: NewStack, front: Front) -> None:
    """The engine has the jobs' ids, its backend is out of reach, and so it is killed."""
    begun = [window for window in WINDOWS if window != "waiting"]
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        cli = start_held(held, jobs)
        with jobs.without_a_backend():
            held.let_go()
            for window in begun:
                cli.wait_for(f"{window} created")
            assert kill_in_up(cli, CLI, front)
        unlock(jobs.stack)
        assert jobs.in_state() == {}
        assert [len(jobs.in_batch(window)) for window in begun] == [1, 1, 1, 1]

        assert jobs.pending() == ["creating"] * len(begun)

        jobs.stack.up()

        assert jobs.wrong(*WINDOWS) == {}
        jobs.stack.refresh("--clear-pending-creates")
        assert jobs.pending() == []
        assert jobs.wrong(*WINDOWS) == {}


def clean_up(jobs: JobStack, cli: RunningCli, victim: str, plugins: list[psutil.Process]) -> None:
    """Do what the user does after such a death, before the next `up`.

    The native plugins, which ran before it, end with the CLI that has started them.
    """
    if victim == CLI:
        assert holds_within(60, lambda: not any(map(still_runs, plugins)))
        unlock(jobs.stack)
    else:
        cli.wait(fails=True)


def still_runs(process: psutil.Process) -> bool:
    """Return whether a process has not ended; its parent may not have asked for its end."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
