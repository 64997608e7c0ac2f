"""When a program takes a registration for a change, before the engine has answered it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from sjresource.stack.registration import Pending

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 20


class Looks:
    """The looks that are due, and the changes that were found."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []
        self.changes = 0
        self.pending = Pending(self.note, lambda _, act: self.due.append(act))

    def note(self) -> None:
        """Note a change."""
        self.changes += 1

    def look(self) -> None:
        """Let the time of a look come."""
        self.due.pop()()


def test_a_first_registration_that_takes_long_is_a_change() -> None:
    """It is noticed once, however many there are."""
    looks = Looks()
    with looks.pending, looks.pending:
        looks.look()

    assert looks.changes == 1
    assert looks.due == []


def test_what_is_answered_at_once_is_no_change() -> None:
    """A program without changes never loads boto3; a later registration is looked at anew."""
    looks = Looks()
    for _ in range(MANY):
        with looks.pending:
            pass
    looks.look()
    assert (looks.changes, looks.due) == (0, [])

    with looks.pending:
        assert len(looks.due) == 1


def test_a_registration_that_many_overtake_is_a_change() -> None:
    """The engine goes on with the others while it replaces one; one or two may come by chance."""
    looks = Looks()
    with looks.pending:
        pass
    with ExitStack() as held:
        held.enter_context(looks.pending)
        looks.look()
        assert looks.changes == 0
        for _ in range(MANY):
            with looks.pending:
                pass
        looks.look()

    assert looks.changes == 1


_DECLARES_TWO_JOBS = """
import asyncio
from pulumi.runtime.mocks import Mocks, set_mocks
from pulumi.runtime.stack import wait_for_rpcs

registered = []

class Answers(Mocks):
    def new_resource(self, args):
        registered.append(args.name)
        return args.name, args.inputs

    def call(self, args):
        return {}

async def program():
    import sjresource as sj
    set_mocks(Answers())
    for name in "ab":
        sj.ServiceJob(name, job_queue="q", service_request_payload={})
    await wait_for_rpcs(await_all_outstanding_tasks=False)
    print(*sorted(registered))

asyncio.run(program())
"""


def test_the_sdk_waits_for_registrations_and_not_only_for_outputs() -> None:
    """Its wait for all Outputs at once is quadratic; without them it knows of no registration."""
    answer = subprocess.run(
        [sys.executable, "-c", _DECLARES_TWO_JOBS], capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == ["a", "b"], answer.stderr
