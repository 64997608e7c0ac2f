"""The windows of a create, in which somebody may die.

A job is named by the window that its create is held in; four creates run at once, so that one death
meets four windows.

| window     | the create is held                                      | in Batch |
| ---------- | ------------------------------------------------------- | -------- |
| listing    | before it sends SubmitServiceJob                        | no       |
| in-flight  | with the request sent, and the effect still to come     | later    |
| answering  | after the effect, before the answer                     | yes      |
| describing | after the answer, before the state is written           | yes      |
| waiting    | not at all: it depends on a job that isn't made yet     | no       |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from held_calls import LONGEST_HOLD_SECONDS
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from held_calls import HeldCalls
    from job_stack import JobStack
    from pulumi_cli import RunningCli

WINDOWS: dict[str, dict[str, Any]] = {
    "listing": {},
    "in-flight": {},
    "answering": {},
    "describing": {},
    "waiting": {"after": ["listing"]},
}
BATCHS_WINDOWS = ("listing", "answering", "describing", "waiting")


def start_held(held: HeldCalls, jobs: JobStack) -> RunningCli:
    """Start an `up` and block until each of its creates is held in its window."""
    held.hold("ListServiceJobs", match=_named("listing"))
    held.hold("SubmitServiceJob", match={"jobName": "in-flight"})
    held.hold("SubmitServiceJob", match={"jobName": "answering"}, after_effect=True)
    held.hold("DescribeServiceJob")  # only one gets so far
    jobs.declare(**WINDOWS)
    return held.start_up(jobs.stack)


def start_slowed(jobs: JobStack) -> RunningCli:
    """Do the same with an emulator in another process, whose delays can't be ended."""
    control = jobs.cloud.control
    for operation, kind, match in (
        ("ListServiceJobs", "delay", _named("listing")),
        ("SubmitServiceJob", "delay_after", {"jobName": "answering"}),
        ("DescribeServiceJob", "delay", {}),
    ):
        control.fault(operation, kind, match=match, seconds=LONGEST_HOLD_SECONDS)
    jobs.declare(**{window: WINDOWS[window] for window in BATCHS_WINDOWS})
    cli = jobs.stack.start("up")
    assert holds_within(
        LONGEST_HOLD_SECONDS, lambda: control.call("GET", "faults")["faults"] == []
    ), cli.stdout()
    return cli


def _named(name: str) -> dict[str, Any]:
    """Match the listing of a job's namesakes."""
    return {"filters": [{"name": "JOB_NAME", "values": [name]}]}
