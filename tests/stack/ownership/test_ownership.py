from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from emulated import PAYLOAD
from fronts import DYNAMIC, NATIVE
from job_programs import PRELUDE, make_queue
from native_programs import CLASSES, native_stack
from pulumi import automation

import sjresource as sj
from sjresource.aws.payload import payload_json

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from fronts import Front
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

DECLARED = {
    DYNAMIC: PRELUDE
    + """
    queue = config.require("queue")
    read = sj.ServiceJob(
        "read",
        job_queue=queue,
        service_request_payload=payload(),
        opts=pulumi.ResourceOptions(id=config.require("read")),
    )
    pulumi.export("arn", read.job_arn)
    pulumi.export("status", read.status)
    sj.ServiceJob(
        "adopted",
        job_queue=queue,
        service_request_payload=payload(),
        adopt_job_id=config.require("adopted"),
    )
    sj.ServiceJob("lost", job_queue=queue, service_request_payload=payload())
    train = sj.ServiceJob(
        "train",
        job_queue=config.require("small"),
        service_request_payload=payload(config.require("epochs")),
    )
    sj.ServiceJobCompletion("trained", job=train)
""",
    NATIVE: CLASSES
    + """
    queue = config.require("queue")
    read = Native(
        "ServiceJob", "read", {}, "jobArn status", pulumi.ResourceOptions(id=config.require("read"))
    )
    pulumi.export("arn", read.jobArn)
    pulumi.export("status", read.status)
    Native("ServiceJob", "adopted", {
        "jobQueue": queue,
        "trainingJob": PAYLOAD,
        "adoptJobId": config.require("adopted"),
    }, "jobArn")
    Native("ServiceJob", "lost", {"jobQueue": queue, "trainingJob": PAYLOAD}, "jobArn")
    train = Native("ServiceJob", "train", {
        "jobQueue": config.require("small"),
        "trainingJob": {**PAYLOAD, "hyperParameters": {"epochs": config.require("epochs")}},
    }, "jobArn")
    Native("ServiceJobCompletion", "trained", {"job": train.jobArn}, "status")
""",
}
"""Two jobs of another tool, a job that the state will lose, and one that needs all of its queue."""


def test_a_stack_ends_its_own_jobs_and_those_that_it_was_given(
    cloud: EmulatedCloud,
    engine: Path,
    new_stack: NewStack,
    monkeypatch: pytest.MonkeyPatch,
    front: Front,
) -> None:
    """A job is another tool's, read or adopted on purpose, or in no state any more, or replaced."""
    for name in ("foreign", "lost"):
        cloud.script(name, running=3600.0)
    cloud.control.call("POST", "rules", job_name="train", script={"running": 3600.0}, count=1)
    queue, small = make_queue(cloud), make_queue(cloud, "small", instances=1)
    foreign = {name: submit(cloud, queue) for name in ("read", "adopted")}
    config = {"queue": queue, "small": small, "epochs": "1", **foreign}
    stack = native_stack(
        new_stack,
        DECLARED[front],
        config={f"project:{key}": value for key, value in config.items()},
        environment=cloud.environment,
    )
    waiting = stack.start("up")
    waiting.wait_for("RUNNING")
    waiting.interrupt()
    waiting.wait(30, fails=True)
    assert "pending_operations" not in stack.state()
    first = stack.resources()["train"]["id"]

    up = stack.up("--config=epochs=2")

    another_tools_job_is_read_or_adopted_and_not_submitted_again(up, stack, foreign)
    a_changed_job_gets_the_one_instance_that_the_old_one_held(cloud, stack, first)
    assert cloud.submitted() == len(foreign) + len(("lost", "first", "second"))

    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    lost = find_orphans_lists_a_live_job_that_no_state_knows(stack, engine)

    stack.destroy()
    ended = {
        name: cloud.batch.describe_service_job(jobId=arn).get("isTerminated", False)
        for name, arn in {**foreign, "lost": lost}.items()
    }
    assert ended == {"read": False, "adopted": True, "lost": False}


def another_tools_job_is_read_or_adopted_and_not_submitted_again(
    up: Outcome, stack: PulumiStack, foreign: dict[str, str]
) -> None:
    """And neither is a change at the next `up`."""
    assert stack.outputs()["arn"] == foreign["read"]
    assert stack.resources()["adopted"]["id"] == foreign["adopted"]
    assert [step for step in up.steps if step[1] not in ("train", "trained")] == [("read", "read")]


def a_changed_job_gets_the_one_instance_that_the_old_one_held(
    cloud: EmulatedCloud, stack: PulumiStack, first: str
) -> None:
    """The old job ends first and the new one starts at once; Ctrl-C before that lost nothing."""
    old = cloud.batch.describe_service_job(jobId=first)
    new = cloud.batch.describe_service_job(jobId=stack.resources()["train"]["id"])
    assert (old["status"], old["isTerminated"]) == ("FAILED", True)
    assert new["status"] == "SUCCEEDED"
    assert new["startedAt"] - old["stoppedAt"] < 10_000


def find_orphans_lists_a_live_job_that_no_state_knows(stack: PulumiStack, engine: Path) -> str:
    """A job whose resource was lost goes on and costs money: it is found, with what stops it.

    Return it.
    """
    selected = automation.select_stack(
        stack.name,
        work_dir=str(stack.work),
        opts=automation.LocalWorkspaceOptions(
            env_vars=stack.environment, pulumi_command=_command(engine)
        ),
    )
    lost = stack.resources()["lost"]
    stack.run("state", "delete", "--yes", lost["urn"])

    (orphan,) = sj.find_orphans(selected)
    assert (orphan.arn, orphan.resource, orphan.job_name) == (lost["id"], "lost", "lost")
    assert lost["id"].rsplit("/", 1)[1] in orphan.command
    assert orphan.may_be_owned
    return orphan.arn


def submit(cloud: EmulatedCloud, queue: str) -> str:
    """Submit a job as another tool would, and return its ARN."""
    arn: str = cloud.batch.submit_service_job(
        jobName="foreign",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload_json(PAYLOAD),
    )["jobArn"]
    return arn


def _command(engine: Path) -> automation.PulumiCommand:
    """Make the Automation API use the tests' engine."""
    return automation.PulumiCommand(root=str(engine).removesuffix("/bin"))
