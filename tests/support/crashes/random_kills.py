"""Kills at random moments: what one kill is drawn from, and the tally of what came of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from fronts import FRONTS
from victims import CLI, EMULATOR, PLUGIN, PROGRAM

if TYPE_CHECKING:
    from random import Random

    from fronts import Front

Since = Literal["start", "first-call", "submission"]

VICTIMS = (PLUGIN, PLUGIN, CLI, CLI, PROGRAM, EMULATOR)
"""The plugin and the CLI lose most with them, and are met twice as often."""

JOBS_AT_ONCE = 4
"""As many as the plugin has workers."""

_CREATES = ("ListServiceJobs", "SubmitServiceJob", "DescribeServiceJob")
_OTHERS = ("TerminateServiceJob", "TagResource")
_FAULTS = ("throttle", "error", "drop_before", "drop_after", "malformed")
_AGAIN = 0.6
_MOVES = 0.2
_SINCE: dict[Since, float] = {"start": 0.3, "first-call": 0.3, "submission": 0.4}
_LONGEST_DELAY_SECONDS = 0.8


@dataclass(frozen=True)
class Kill:
    """One death in one `up`.

    Attributes:
        victim: Who dies.
        moment: When, as a part of the time that an `up` takes, or its creates.
        since: From when that is counted: most of an `up` is start-up, where there is nothing to
            lose yet, and a job can be lost between its submission and the state.
        faults: What else goes wrong, as the emulator takes it: an accident, and slow answers that
            widen the windows in which a death can meet a create.
        again: Whether the next `up` dies too.
        moves: Whether the next `up` is one of the other front's program.
    """

    victim: str
    moment: float
    since: Since
    faults: list[dict[str, Any]]
    again: bool
    moves: bool


def draw_kill(random: Random) -> Kill:
    """Draw one."""
    faults = [
        {
            "operation": operation,
            "kind": random.choice(("delay", "delay_after")),
            "count": JOBS_AT_ONCE,
            "seconds": random.uniform(0, _LONGEST_DELAY_SECONDS),
        }
        for operation in _CREATES
        if random.random() < 0.5
    ]
    accident = {
        "operation": random.choice(_CREATES + _OTHERS),
        "kind": random.choice(_FAULTS),
        "count": random.randint(1, 2),
    }
    return Kill(
        victim=random.choice(VICTIMS),
        moment=random.random(),
        since=random.choices(list(_SINCE), list(_SINCE.values()))[0],
        # The oldest fault that matches a call is the one that hits it.
        faults=[accident, *faults],
        again=random.random() < _AGAIN,
        moves=random.random() < _MOVES,
    )


@dataclass
class Tally:
    """What is counted over many kills, by the front whose program the killed or last `up` had.

    `at_risk` are jobs that were in Batch and not in the state when the victim was dead; `late` are
    kills that found their victim gone already; `moved` are jobs whose `up` that lived was another
    front's than an `up` that had died over them. `wrong` says of each job what, and whose.
    """

    kills: Counter[tuple[Front, str]] = field(default_factory=Counter)
    late: Counter[Front] = field(default_factory=Counter)
    recoveries: Counter[Front] = field(default_factory=Counter)
    jobs: Counter[Front] = field(default_factory=Counter)
    moved: Counter[Front] = field(default_factory=Counter)
    submitted: Counter[Front] = field(default_factory=Counter)
    at_risk: Counter[Front] = field(default_factory=Counter)
    wrong: dict[str, tuple[Front, str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return "\n".join(map(self._line, FRONTS))

    def _line(self, front: Front) -> str:
        """Return the verdict on one front."""
        by_victim = {who: count for (whose, who), count in self.kills.items() if whose == front}
        told = ", ".join(f"{by_victim[victim]} {victim}" for victim in sorted(by_victim))
        kinds = Counter(kind for whose, kind in self.wrong.values() if whose == front)
        return (
            f"{front}: {sum(by_victim.values())} kills ({told}; {self.late[front]} came too late), "
            f"{self.recoveries[front]} recoveries, {self.jobs[front]} jobs "
            f"({self.moved[front]} begun by the other front), {self.at_risk[front]} times a job "
            f"was in Batch and not in the state: {self.submitted[front]} submitted, "
            f"{kinds['doubled']} doubled, {kinds['lost']} lost, "
            f"{kinds['never submitted']} never submitted, {kinds['stray']} stray"
        )
