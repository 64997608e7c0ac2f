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

pytestmark = pytest.mark.stack

READING = {
    DYNAMIC: PRELUDE
    + """
    read = sj.ServiceJob(
        "read",
        job_queue=config.require("queue"),
        service_request_payload=payload(),
        opts=pulumi.ResourceOptions(id=config.require("job")),
    )
    pulumi.export("arn", read.job_arn)
    pulumi.export("status", read.status)
""",
    NATIVE: CLASSES
    + """
    read = Native(
        "ServiceJob", "read", {}, "jobArn status", pulumi.ResourceOptions(id=config.require("job"))
    )
    pulumi.export("arn", read.jobArn)
    pulumi.export("status", read.status)
""",
}

ADOPTING = {
    DYNAMIC: PRELUDE
    + """
    sj.ServiceJob(
        "adopted",
        job_queue=config.require("queue"),
        service_request_payload=payload(),
        adopt_job_id=config.require("job"),
    )
""",
    NATIVE: CLASSES
    + """
    Native("ServiceJob", "adopted", {
        "jobQueue": config.require("queue"),
        "trainingJob": PAYLOAD,
        "adoptJobId": config.require("job"),
    }, "jobArn")
""",
}


def test_another_tools_job_is_read_or_adopted_on_purpose(
    cloud: EmulatedCloud, new_stack: NewStack, front: Front
) -> None:
    """A read job is left alone whatever happens; an adopted one ends with its stack."""
    cloud.script(running=3600.0)
    queue = make_queue(cloud)
    job = cloud.batch.submit_service_job(
        jobName="foreign",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload_json(PAYLOAD),
    )
    config = {"project:queue": queue, "project:job": job["jobId"]}
    environment = cloud.environment
    stack = native_stack(new_stack, READING[front], config=config, environment=environment)

    stack.up()
    assert stack.outputs()["arn"] == job["jobArn"]
    assert stack.preview("--expect-no-changes").steps == [("read", "read")]
    stack.destroy()
    assert not cloud.batch.describe_service_job(jobId=job["jobId"]).get("isTerminated")

    stack.program(ADOPTING[front])
    stack.up()
    assert stack.preview("--expect-no-changes").steps == []
    assert stack.resources()["adopted"]["id"] == job["jobArn"]
    stack.destroy()
    assert cloud.batch.describe_service_job(jobId=job["jobId"])["isTerminated"]
    assert cloud.submitted() == 1


TRAINING = {
    DYNAMIC: PRELUDE
    + """
    sj.ServiceJob(
        "train", job_queue=config.require("queue"), service_request_payload=payload())
""",
    NATIVE: CLASSES
    + """
    inputs = {"jobQueue": config.require("queue"), "trainingJob": PAYLOAD}
    Native("ServiceJob", "train", inputs, "jobArn")
""",
}


def test_find_orphans_lists_live_jobs_of_the_stack_that_no_state_knows(
    cloud: EmulatedCloud,
    engine: Path,
    new_stack: NewStack,
    monkeypatch: pytest.MonkeyPatch,
    front: Front,
) -> None:
    """A job whose resource was lost goes on and costs money: it is found, with what stops it."""
    cloud.script(running=3600.0)
    queue = make_queue(cloud)
    config, environment = {"project:queue": queue}, cloud.environment
    stack = native_stack(new_stack, TRAINING[front], config=config, environment=environment)
    stack.up()
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    selected = automation.select_stack(
        stack.name,
        work_dir=str(stack.work),
        opts=automation.LocalWorkspaceOptions(
            env_vars=stack.environment, pulumi_command=_command(engine)
        ),
    )

    assert sj.find_orphans(selected) == []
    lost = stack.resources()["train"]
    stack.run("state", "delete", "--yes", lost["urn"])

    (orphan,) = sj.find_orphans(selected)
    assert (orphan.arn, orphan.resource, orphan.job_name) == (lost["id"], "train", "train")
    assert lost["id"].rsplit("/", 1)[1] in orphan.command
    assert orphan.may_be_owned


ONE_INSTANCE = {
    DYNAMIC: PRELUDE
    + """
    train = sj.ServiceJob(
        "train",
        job_queue=config.require("queue"),
        service_request_payload=payload(config.require("epochs")),
    )
    sj.ServiceJobCompletion("trained", job=train)
""",
    NATIVE: CLASSES
    + """
    train = Native("ServiceJob", "train", {
        "jobQueue": config.require("queue"),
        "trainingJob": {**PAYLOAD, "hyperParameters": {"epochs": config.require("epochs")}},
    }, "jobArn")
    Native("ServiceJobCompletion", "trained", {"job": train.jobArn}, "status")
""",
}


def test_a_changed_job_gets_the_one_instance_that_the_old_one_held(
    cloud: EmulatedCloud, new_stack: NewStack, front: Front
) -> None:
    """The old job ends first and the new one starts at once; Ctrl-C before that lost nothing."""
    queue = make_queue(cloud, instances=1)
    cloud.control.call("POST", "rules", job_name="train", script={"running": 3600.0}, count=1)
    config = {"project:queue": queue, "project:epochs": "1"}
    environment = cloud.environment
    stack = native_stack(new_stack, ONE_INSTANCE[front], config=config, environment=environment)
    waiting = stack.start("up")
    waiting.wait_for("RUNNING")
    waiting.interrupt()
    waiting.wait(30, fails=True)
    assert "pending_operations" not in stack.state()
    first = stack.resources()["train"]["id"]

    stack.up("--config=epochs=2")

    second = stack.resources()["train"]["id"]
    old = cloud.batch.describe_service_job(jobId=first)
    new = cloud.batch.describe_service_job(jobId=second)
    assert (old["status"], old["isTerminated"]) == ("FAILED", True)
    assert new["status"] == "SUCCEEDED"
    assert new["startedAt"] - old["stoppedAt"] < 10_000
    assert cloud.submitted() == 2


def _command(engine: Path) -> automation.PulumiCommand:
    """Make the Automation API use the tests' engine."""
    return automation.PulumiCommand(root=str(engine).removesuffix("/bin"))
