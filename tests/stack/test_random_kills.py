"""Kills at random moments of an `up`, start-up included, with faults beside them.

SJRESOURCE_KILLS says how many (8), SJRESOURCE_KILLS_SEED from which seed. `make kills` runs 200.
"""

from __future__ import annotations

import os
import time
from random import Random
from typing import TYPE_CHECKING

import pytest
from job_stack import JobStack
from pulumi_cli import holds_within
from random_kills import JOBS_AT_ONCE, Kill, Tally, draw_kill
from victims import CLI, EMULATOR, MortalEmulator, kill_when_there, unlock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine_fixtures import NewStack
    from pulumi_cli import RunningCli

KILLS = int(os.environ.get("SJRESOURCE_KILLS", "8"))
SEED = int(os.environ.get("SJRESOURCE_KILLS_SEED", "20261123"))
SECONDS_A_KILL = 30
# What the creates take with the delays that are drawn.
CREATES_SECONDS = 1.5

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60 + KILLS * SECONDS_A_KILL)]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[MortalEmulator]:
    """Return an emulator that can be killed."""
    mortal = MortalEmulator(tmp_path / "data")
    yield mortal
    mortal.stop()


# Half of the kills each; they share no stack, emulator or random number.
@pytest.mark.parametrize(
    ("token_replay", "kills"), [("same-job", (KILLS + 1) // 2), ("reject", KILLS // 2)]
)
def test_random_kills_double_and_lose_nothing(
    emulator: MortalEmulator, new_stack: NewStack, token_replay: str, kills: int
) -> None:
    """After any number of deaths one `up` that lives makes one job of each that is wanted."""
    seed = f"{SEED}-{token_replay}"
    random = Random(seed)  # noqa: S311 - no secret
    jobs = JobStack(emulator.cloud, new_stack)
    victims = Victims(jobs, emulator, token_replay)
    tally = victims.tally
    while tally.kills.total() < kills:
        names = [f"job-{tally.jobs + each}" for each in range(JOBS_AT_ONCE)]
        tally.jobs += len(names)
        # What the program had before is destroyed on the way, and that may be killed as well.
        jobs.declare(**{name: {} for name in names})
        again = True
        while again and tally.kills.total() < kills:
            kill = draw_kill(random)
            victims.kill_in_up(kill)
            again = kill.again
        victims.recover(names)

    print(f"seed {seed}: {tally}")  # noqa: T201 - pytest shows it, of a passed test with -rP
    assert tally.wrong == {}, f"seed {seed}: {tally}"


class Victims:
    """The runs of one stack, one death after the other, and their tally."""

    def __init__(self, jobs: JobStack, emulator: MortalEmulator, token_replay: str) -> None:
        self.tally = Tally()
        self._jobs = jobs
        self._emulator = emulator
        self._token_replay = token_replay
        self._up_seconds = 4.0
        self._behave()

    def kill_in_up(self, kill: Kill) -> None:
        """Run an `up` and kill in it, then clean up as its user does."""
        for fault in kill.faults:
            self._control("POST", "faults", **fault)
        before = self._calls()
        cli = self._jobs.stack.start("up")
        if kill.from_first_call:
            holds_within(30, lambda: self._calls() != before or cli.process.poll() is not None)
        # The moment is the test's subject: nothing is waited for.
        time.sleep(kill.moment * (CREATES_SECONDS if kill.from_first_call else self._up_seconds))
        hit = self._kill(cli, kill.victim)
        self.tally.kills[kill.victim] += 1
        self.tally.late += not hit
        self._control("DELETE", "faults")
        self._count_at_risk()
        if kill.victim == CLI:
            unlock(self._jobs.stack)
        else:
            cli.wait()

    def recover(self, names: list[str]) -> None:
        """Run an `up` that nothing befalls, and hold both ledgers against each other."""
        started = time.monotonic()
        self._jobs.stack.up()
        self._up_seconds = time.monotonic() - started
        self.tally.recoveries += 1
        self.tally.wrong.update(self._jobs.wrong(*names))
        strays = set(self._jobs.all_live()) - set(self._jobs.in_state().values())
        self.tally.wrong.update(dict.fromkeys(strays, "stray"))

    def _kill(self, cli: RunningCli, victim: str) -> bool:
        if victim == EMULATOR:
            self._emulator.kill()
            self._emulator.start_again()
            self._behave()
            return cli.process.poll() is None
        return kill_when_there(cli, victim)

    def _count_at_risk(self) -> None:
        recorded = set(self._jobs.in_state().values())
        self.tally.at_risk += len(set(self._jobs.all_live()) - recorded)

    def _calls(self) -> dict[str, int]:
        return self._jobs.cloud.control.calls()

    def _behave(self) -> None:
        self._control("POST", "behaviour", token_replay=self._token_replay)
        self._control("POST", "rules", script={"running": 3600})

    def _control(self, method: str, route: str, **body: object) -> None:
        self._jobs.cloud.control.call(method, route, **body)
