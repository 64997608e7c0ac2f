"""Random sequences of what makes a job another stack's or resource's, in two stacks of one program.

SJRESOURCE_RENAMES says how many (1), SJRESOURCE_RENAMES_STEPS of how many steps (3),
SJRESOURCE_RENAMES_SEED from which seed. `make renames` plays 100 of 5. In the one of the default
seed a stack is renamed, and a create and a state are lost.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from held_calls import TokenReplay, held_calls
from random_renames import Renames

if TYPE_CHECKING:
    from engine_fixtures import NewStack

SEQUENCES = int(os.environ.get("SJRESOURCE_RENAMES", "1"))
SEED = os.environ.get("SJRESOURCE_RENAMES_SEED", "4")
STEPS = int(os.environ.get("SJRESOURCE_RENAMES_STEPS", "3"))
SECONDS_A_SEQUENCE = 120

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60 + SEQUENCES * SECONDS_A_SEQUENCE)]


HALVES = {"reject": (SEQUENCES + 1) // 2, "same-job": SEQUENCES // 2}
"""How many by each replay; they share no stack, emulator or random number."""


@pytest.mark.parametrize(
    ("token_replay", "sequences"), [half for half in HALVES.items() if half[1]]
)
def test_no_job_is_taken_ended_or_run_again_whoever_is_renamed(
    new_stack: NewStack, token_replay: TokenReplay, sequences: int
) -> None:
    """Nothing is in two states, ended by a stack that has it not, run twice unasked, or unknown."""
    done: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(sequences):
        seed = f"{SEED}-{token_replay}-{number}"
        with held_calls(token_replay) as held:
            renames = Renames(held, new_stack, Random(seed))  # noqa: S311 - no secret
            told = renames.play(STEPS)
        done += renames.ledger.done
        if renames.ledger.wrong:
            wrong += [f"{seed}: {', '.join(told)}", *renames.ledger.wrong]

    print(f"{sequences} sequences, {token_replay}: {dict(sorted(done.items()))}")  # noqa: T201 - pytest shows it, of a passed test with -rP
    assert not wrong, "\n".join(wrong)
