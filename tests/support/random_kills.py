"""Kills at random moments: what one kill is drawn from, and the tally of what came of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from victims import CLI, EMULATOR, PLUGIN, PROGRAM

if TYPE_CHECKING:
    from random import Random

VICTIMS = (PLUGIN, PLUGIN, CLI, CLI, PROGRAM, EMULATOR)
"""The plugin and the CLI lose most with them, and are met twice as often."""

JOBS_AT_ONCE = 4
"""As many as the plugin has workers."""

_CREATES = ("ListServiceJobs", "SubmitServiceJob", "DescribeServiceJob")
_OTHERS = ("TerminateServiceJob", "TagResource")
_FAULTS = ("throttle", "error", "drop_before", "drop_after", "malformed")
_AGAIN = 0.6
_IN_CREATES = 0.7
_LONGEST_DELAY_SECONDS = 0.8


@dataclass(frozen=True)
class Kill:
    """One death in one `up`.

    Attributes:
        victim: Who dies.
        moment: When, as a part of the time that an `up` takes.
        from_first_call: Whether that is counted from its first call to Batch, and not from its
            start: most of an `up` is start-up, where there is nothing to lose yet.
        faults: What else goes wrong, as the emulator takes it: an accident, and slow answers that
            widen the windows in which a death can meet a create.
        again: Whether the next `up` dies too.
    """

    victim: str
    moment: float
    from_first_call: bool
    faults: list[dict[str, Any]]
    again: bool


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
        from_first_call=random.random() < _IN_CREATES,
        # The oldest fault that matches a call is the one that hits it.
        faults=[accident, *faults],
        again=random.random() < _AGAIN,
    )


@dataclass
class Tally:
    """What is counted over many kills.

    `at_risk` are jobs that were in Batch and not in the state when the victim was dead; `late` are
    kills that found their victim gone already.
    """

    kills: Counter[str] = field(default_factory=Counter)
    late: int = 0
    recoveries: int = 0
    jobs: int = 0
    at_risk: int = 0
    wrong: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        kinds = Counter(self.wrong.values())
        by_victim = ", ".join(f"{self.kills[victim]} {victim}" for victim in sorted(self.kills))
        return (
            f"{self.kills.total()} kills ({by_victim}; {self.late} came too late), "
            f"{self.recoveries} recoveries, {self.jobs} jobs, {self.at_risk} times a job was in "
            f"Batch and not in the state: {kinds['doubled']} doubled, {kinds['lost']} lost, "
            f"{kinds['never submitted']} never submitted, {kinds['stray']} stray"
        )
