from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

from pulumi_cli import holds_within
from waiting_fakes import FakeBatch, FakeTraining, arn, fake_clients, started

from sjresource.cli.commands.watch import _follow, _lines
from sjresource.cli.job_selection import Selection
from sjresource.cli.stack.state import jobs_in
from sjresource.cli.stack_watch import StackWatch
from sjresource.cli.terminal.screen import Screen
from sjresource.errors import RequestFailed, Unreachable
from sjresource.status.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob

_JOB_TYPE = "pulumi-python:dynamic/sjresource:ServiceJob"


class Stack:
    """A context over a state that a test changes, in front of a Batch that answers from memory."""

    def __init__(self, batch: FakeBatch, *names: str, training: FakeTraining | None = None) -> None:
        self.clients = fake_clients(batch, training or FakeTraining({}))
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
            {"urn": f"urn:pulumi:dev::p::{_JOB_TYPE}::{name}", "type": _JOB_TYPE, "id": arn(name)}
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


def test_a_watch_sorted_by_a_metric_waits_until_a_job_has_it() -> None:
    """It is no mistake before; one that no job ever has is told at the end, and ends nothing."""
    training = FakeTraining({"t2": {"FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5}]}})
    batch = FakeBatch({"first": {"status": "RUNNABLE"}, "second": started("RUNNING", "t2")})
    watched = watch(Stack(batch, "first", "second", training=training))
    screen, sort = Screen(io.StringIO(), width=80), Selection(sort="loss")

    def lines(selection: Selection) -> list[str]:
        return [str(line) for line in _lines(watched, screen, "dev", selection)]

    assert "none has loss yet" in lines(sort)[0]
    assert seen_within(watched, lambda: "none has" not in lines(sort)[0])
    assert [line.split()[0] for line in lines(sort)[2:]] == ["second", "first"]
    without_it = watched.views()[:1]
    assert sort.applied_so_far(without_it) == without_it

    for job in batch.jobs.values():
        job["status"] = "SUCCEEDED"
    written: list[str | None] = []
    assert _follow(watched, Selection(sort="lss"), lambda view: written.append(view.resource))
    assert {*written} == {"first", "second"}
    unknown = Selection(sort="lss").unknown_column(watched.views())
    assert "did you mean loss?" in str(unknown)


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


def test_metrics_are_asked_for_as_often_as_they_are_shown() -> None:
    """Of a running job that is shown, again after five seconds; of one that is not, never."""
    metrics = [{"MetricName": "loss", "Value": 0.5}]
    training = FakeTraining({name: {"FinalMetricDataList": metrics} for name in ("t1", "t2")})
    batch = FakeBatch({"shown": started("RUNNING", "t1"), "hidden": started("RUNNING", "t2")})
    stack = Stack(batch, "shown", "hidden", training=training)
    now = [0.0]
    watched = StackWatch(cast("StackContext", stack), now=lambda: now[0])

    def show() -> dict[str | None, float | None]:
        views = {view.resource: view for view in watched.views()}
        watched.ask_of([views["shown"]])
        return {name: view.metrics.get("loss") for name, view in views.items()}

    assert holds_within(60, lambda: show() == {"shown": 0.5, "hidden": None})
    assert training.calls == ["training job"]
    metrics[0]["Value"] = 0.25
    now[0] = 4.9
    assert show()["shown"] == 0.5
    assert training.calls == ["training job"]
    now[0] = 5.1
    assert holds_within(60, lambda: show()["shown"] == 0.25)
    assert training.calls == ["training job"] * 2


def test_what_was_made_is_asked_for_once_before_the_last_screen() -> None:
    """However many jobs ended while nobody looked; metrics don't vanish when a job ends."""
    trained = {
        "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5}],
        "ModelArtifacts": {"S3ModelArtifacts": "s3://m"},
    }
    names = [f"job-{number}" for number in range(9)]
    training = FakeTraining(dict.fromkeys(names, trained))
    batch = FakeBatch({name: started("SUCCEEDED", name) for name in names})
    watched = watch(Stack(batch, *names, training=training))
    assert seen_within(watched, watched.is_over)

    watched.settle()
    watched.settle()

    assert {view.model_artifacts for view in watched.views()} == {"s3://m"}
    assert [view.metrics["loss"] for view in watched.views()] == [0.5] * 9
    assert len(training.calls) == 9


def test_a_job_that_is_not_meant_is_neither_watched_nor_waited_for() -> None:
    """As with --queue: also when the state is read again."""
    batch = FakeBatch({"mine": {"status": "SUCCEEDED"}, "other": {"status": "RUNNING"}})
    stack = Stack(batch, "mine", "other")
    watched = StackWatch(
        cast("StackContext", stack), lambda job: job.resource == "mine", now=lambda: 0.0
    )

    assert seen_within(watched, watched.is_over)
    assert statuses(watched) == {"mine": "SUCCEEDED"}
