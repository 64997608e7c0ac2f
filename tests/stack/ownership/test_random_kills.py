"""Kills at random moments of an `up`, start-up included, with faults beside them.

The programs take turns between the two fronts; some change their front between two deaths.

SJRESOURCE_KILLS says how many (4), SJRESOURCE_KILLS_SEED from which seed. `make kills` runs 200.
By the default seed each victim is drawn once, after a submission, and fronts change.
"""

from __future__ import annotations

import os
import time
from random import Random
from typing import TYPE_CHECKING

import pytest
from fronts import FRONTS, other_front
from job_stack import JobStack
from pulumi_cli import holds_within
from random_kills import JOBS_AT_ONCE, Kill, Tally, draw_kill
from victims import CLI, EMULATOR, MortalEmulator, kill_when_there, unlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine_fixtures import NewStack
    from fronts import Front
    from pulumi_cli import RunningCli
    from random_kills import Since

KILLS = int(os.environ.get("SJRESOURCE_KILLS", "4"))
SEED = int(os.environ.get("SJRESOURCE_KILLS_SEED", "40091"))
SECONDS_A_KILL = 30
# What is left of the creates, with the delays that are drawn.
SECONDS_SINCE = {"first-call": 1.5, "submission": 0.6}

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
    jobs = JobStack(emulator.cloud, new_stack, random.choice(FRONTS))
    victims = Victims(jobs, emulator, token_replay)
    tally = victims.tally
    while tally.kills.total() < kills:
        victims.declare()
        again = True
        while again and tally.kills.total() < kills:
            kill = draw_kill(random)
            victims.kill_in_up(kill)
            again = kill.again
        victims.recover()

    print(f"seed {seed}:\n{tally}")  # noqa: T201 - pytest shows it, of a passed test with -rP
    assert tally.wrong == {}, f"seed {seed}:\n{tally}"


class Victims:
    """The runs of one stack, one death after the other, and their tally."""

    def __init__(self, jobs: JobStack, emulator: MortalEmulator, token_replay: str) -> None:
        self.tally = Tally()
        self._jobs = jobs
        self._emulator = emulator
        self._token_replay = token_replay
        self._up_seconds = 4.0
        self._names: list[str] = []
        self._died: set[Front] = set()
        """The fronts of the `up`s that have died over what is declared."""
        self._behave()

    def declare(self) -> None:
        """Declare new jobs, by the front whose turn it is.

        What the program had before is destroyed on the way, and that may be killed as well.
        """
        first = self.tally.jobs.total()
        self._jobs.front = other_front(self._jobs.front)
        self._names = [f"job-{first + each}" for each in range(JOBS_AT_ONCE)]
        self._died = set()
        self._write()

    def _write(self) -> None:
        self._jobs.declare(**{name: {} for name in self._names})

    def kill_in_up(self, kill: Kill) -> None:
        """Run an `up` and kill in it, then clean up as its user does."""
        has_come = self._has_come(kill.since)
        for fault in kill.faults:
            self._control("POST", "faults", **fault)
        cli = self._jobs.stack.start("up")
        holds_within(30, lambda: has_come() or cli.process.poll() is not None)
        # The moment is the test's subject: nothing is waited for.
        time.sleep(kill.moment * SECONDS_SINCE.get(kill.since, self._up_seconds))
        hit = self._kill(cli, kill.victim)
        front = self._jobs.front
        self._died.add(front)
        self.tally.kills[front, kill.victim] += 1
        self.tally.late[front] += not hit
        self._control("DELETE", "faults")
        self._count_at_risk()
        if kill.victim == CLI:
            unlock(self._jobs.stack)
        else:
            cli.wait()
        if kill.moves:
            self._jobs.front = other_front(front)
            self._write()

    def recover(self) -> None:
        """Run an `up` that nothing befalls, and hold both ledgers against each other."""
        started = time.monotonic()
        self._jobs.stack.up()
        self._up_seconds = time.monotonic() - started
        front, tally = self._jobs.front, self.tally
        tally.recoveries[front] += 1
        tally.jobs[front] += len(self._names)
        tally.moved[front] += len(self._names) * (self._died != {front})
        tally.submitted[front] += sum(len(self._jobs.in_batch(name)) for name in self._names)
        strays = set(self._jobs.all_live()) - set(self._jobs.in_state().values())
        wrong = {**self._jobs.wrong(*self._names), **dict.fromkeys(strays, "stray")}
        tally.wrong.update({job: (front, kind) for job, kind in wrong.items()})

    def _kill(self, cli: RunningCli, victim: str) -> bool:
        if victim == EMULATOR:
            self._emulator.kill()
            self._emulator.start_again()
            self._behave()
            return cli.process.poll() is None
        return kill_when_there(cli, victim, self._jobs.front)

    def _count_at_risk(self) -> None:
        recorded = set(self._jobs.in_state().values())
        self.tally.at_risk[self._jobs.front] += len(set(self._jobs.all_live()) - recorded)

    def _has_come(self, since: Since) -> Callable[[], bool]:
        """Return what tells that an `up` has come to the moment that a kill counts from.

        If all jobs are there already there is none to wait for. The faults are for the `up`: the
        emulator's own routes are asked, which none of them hits.
        """
        if since == "start":
            return lambda: True
        if since == "submission" and not all(map(self._jobs.in_batch, self._names)):
            submitted = self._submitted()
            return lambda: self._submitted() > submitted
        calls = self._calls()
        return lambda: self._calls() != calls

    def _submitted(self) -> int:
        """Return how many jobs there are; a call would count only once it is answered."""
        counts: dict[str, dict[str, int]] = self._jobs.cloud.control.call("GET", "jobs")["jobs"]
        return sum(sum(of_region.values()) for of_region in counts.values())

    def _calls(self) -> dict[str, int]:
        return self._jobs.cloud.control.calls()

    def _behave(self) -> None:
        self._control("POST", "behaviour", token_replay=self._token_replay)
        self._control("POST", "rules", script={"running": 3600})

    def _control(self, method: str, route: str, **body: object) -> None:
        self._jobs.cloud.control.call(method, route, **body)
