from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

from waiting_fakes import FakeBatch, FakeTraining, arn, fake_clients

from sjresource.cli.commands.watch import _lines
from sjresource.cli.job_table import Selection
from sjresource.cli.stack.state import JOB_TYPE, jobs_in
from sjresource.cli.stack_watch import StackWatch
from sjresource.cli.terminal.screen import Screen
from sjresource.errors import RequestFailed, Unreachable
from sjresource.status.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob


class Stack:
    """A context over a state that a test changes, in front of a Batch that answers from memory."""

    def __init__(self, batch: FakeBatch, *names: str) -> None:
        self.clients = fake_clients(batch, FakeTraining({}))
        self.mask = Mask()
        self.names = list(names)

    @property
    def jobs(self) -> list[StackJob]:
        """The jobs in the state."""
        return jobs_in(self.deployment())

    def require_stack(self) -> Stack:
        """Return the stack, which is this as well."""
        return self

    def deployment(self) -> dict[str, Any]:
        """Return the state."""
        resources = [
            {"urn": f"urn:pulumi:dev::p::{JOB_TYPE}::{name}", "type": JOB_TYPE, "id": arn(name)}
            for name in self.names
        ]
        return {"resources": resources}


def watch(stack: Stack) -> StackWatch:
    """Watch it, with a state that is read again only when all seem to have ended."""
    return StackWatch(cast("StackContext", stack), now=lambda: 0.0)


def seen_within(watched: StackWatch, condition: Callable[[], object]) -> bool:
    """Take changes until a condition holds, for ten seconds at most."""
    for _ in range(100):
        if condition():
            return True
        watched.changes(0.1)
    return False


def statuses(watched: StackWatch) -> dict[str | None, str]:
    """Return each job's status, as shown."""
    return {view.resource: view.status for view in watched.views()}


def test_a_passing_error_is_shown_and_outlived() -> None:
    """The table stays, a line says that AWS is silent; then all goes on."""
    silent = Unreachable("reading", "ServiceJob", "train", "no route to host")
    batch = FakeBatch({"train": {"status": "RUNNING"}}, describing=silent)
    watched = watch(Stack(batch, "train"))
    screen = Screen(io.StringIO(), width=80)

    assert seen_within(watched, lambda: watched.error)
    said = [str(line) for line in _lines(watched, screen, "dev", Selection())]
    assert said[-1].startswith("no word from AWS, still trying: reading ServiceJob (train)")
    batch.describing = None
    batch.jobs["train"]["status"] = "SUCCEEDED"
    assert seen_within(watched, watched.is_over)
    assert watched.error is None
    assert statuses(watched) == {"train": "SUCCEEDED"}


def test_what_an_up_brings_and_takes_meanwhile_is_followed() -> None:
    """A replaced job is not waited for, a new one is."""
    batch = FakeBatch({"old": {"status": "RUNNING"}, "done": {"status": "SUCCEEDED"}})
    stack = Stack(batch, "done")
    watched = watch(stack)
    stack.names = ["old", "new"]
    batch.jobs["new"] = {"status": "RUNNING"}

    assert seen_within(watched, lambda: not watched.is_over() and "new" in statuses(watched))
    stack.names = ["new"]
    batch.jobs["new"]["status"] = "FAILED"
    batch.jobs["old"]["status"] = "SUCCEEDED"
    assert seen_within(watched, watched.is_over)
    assert statuses(watched) == {"new": "FAILED"}


def test_a_job_that_may_not_be_asked_for_ends_the_watch_with_the_reason() -> None:
    """Waiting on would not help: permissions don't come back by themselves."""
    denied = RequestFailed("reading", "ServiceJob", "train", "denied", code="AccessDeniedException")
    watched = watch(Stack(FakeBatch({}, listing=denied, describing=denied), "train"))

    assert seen_within(watched, watched.is_over)
    assert watched.refusal() is denied
    (view,) = watched.views()
    assert (view.status, "denied" in str(view.status_reason)) == ("UNKNOWN", True)
