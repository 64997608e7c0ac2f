from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from training_requests import PAYLOAD

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

PROGRAM = """
    import json
    import pulumi
    import sjresource as sj

    config = pulumi.Config()
    payload = json.loads(config.require("payload"))
    if config.get_secret("instances"):
        payload["ResourceConfig"]["InstanceCount"] = config.get_secret("instances").apply(int)
    broken = config.get_secret("broken")
    capacity = sj.ServiceEnvironment("capacity", capacity_limits=[
        {"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}])
    queue = sj.JobQueue(
        "training",
        priority=1,
        service_environment_order=[
            {"order": 1, "service_environment": capacity.service_environment_arn}],
    )
    if config.get("priority"):
        sj.JobQueue(
            "wrong",
            priority=config.get_int("priority"),
            timeouts={"create": config.get_secret("patience").apply(lambda text: -int(text))},
            service_environment_order=[{"order": 1, "service_environment": "capacity"}],
        )
    for name in (config.get("jobs") or "first").split():
        sj.ServiceJob(
            name,
            job_queue=queue.job_queue_arn,
            service_request_payload=broken or payload,
            tags={"note": broken or "none"},
            scheduling_priority=config.get_int("scheduling_priority"),
        )
"""


QUEUE_SIDE = """
    import json
    import pulumi
    import sjresource as sj

    capacity = sj.ServiceEnvironment("capacity", capacity_limits=[
        {"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}])
    shares = sj.SchedulingPolicy(
        "shares", quota_share_policy={"idle_resource_assignment_strategy": "FIFO"})
    over = [{"order": 1, "service_environment": capacity.service_environment_arn}]
    sj.JobQueue("plain", priority=1, service_environment_order=over)
    sj.JobQueue(
        "managed",
        priority=1,
        service_environment_order=over,
        scheduling_policy_arn=shares.arn,
    )
    sj.ServiceJob(
        "train",
        job_queue="training",
        service_request_payload=json.loads(pulumi.Config().require("payload")),
        timeout_config={"attempt_duration_seconds": 60},
    )
"""


PRIORITY = "scheduling_priority has no effect"


def warnings(outcome: Outcome) -> list[str]:
    """Return what the user is warned of, on rows and from the checks."""
    return [
        diagnostic.message
        for diagnostic in outcome.events.diagnostics
        if diagnostic.severity == "warning" or diagnostic.message.startswith("warning:")
    ]


def test_a_preview_tells_every_mistake_and_no_secret(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """All problems at once, each with its path and numbers, and nothing of it reaches AWS.

    Those of a payload are seen by test_mistakes.
    """
    config = {"project:payload": json.dumps(PAYLOAD)}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    stack.set_config("priority", "2000")
    stack.set_config("patience", "4711", secret=True)
    told = stack.preview(fails=True).stdout

    assert "priority must be an integer from 0 to 1000, got 2000" in told
    assert "timeouts.create must be seconds, more than 0, got a number" in told
    assert "4711" not in told

    cloud.control.call("DELETE", "calls")
    stack.set_config("priority", "")
    stack.set_config("broken", "{s3cret\n", secret=True)
    told = stack.preview(fails=True).stdout
    assert "service_request_payload must be a JSON object, got text that is not JSON" in told
    assert "tags must be tags of letters" in told
    assert "s3cret" not in told
    # Whether AWS answers, and has such names already, is all that it is asked.
    assert set(cloud.control.calls()) <= {"DescribeJobQueues", "DescribeServiceEnvironments"}


def test_a_preview_sees_what_does_not_fit_together_in_the_program(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Before AWS has any of it; what is only believed, and what `warn` lets pass, is told."""
    config = {"project:payload": json.dumps(PAYLOAD), "sjresource:preflight": "false"}
    stack = new_stack(QUEUE_SIDE, config=config, environment=cloud.environment)
    refused = stack.preview(fails=True).stdout
    order = "service_environment_order[0].service_environment"
    assert f"{order} has a limit in NUM_INSTANCES" in refused
    assert f'{order} is the environment of queue "plain" too' in refused

    large = {**PAYLOAD, "HyperParameters": {str(number): "x" * 2000 for number in range(6)}}
    stack.set_config("payload", json.dumps(large))
    stack.set_config("sjresource:validation", "warn")
    told = warnings(stack.preview())
    passed = [text for text in told if "let pass, since sjresource:validation is warn" in text]
    assert len([text for text in passed if order in text]) == 2
    assert len([text for text in passed if "Batch takes at most 10.0 KiB" in text]) == 1
    assert [text for text in told if "it is believed, though no page says so" in text]


def test_the_same_up_repairs_a_queue_and_adds_a_job(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """A finished job in a disabled queue is no obstacle, and a new one is only warned of.

    What botocore does not know yet can be let through, and a job of somebody else keeps the queue.
    """
    cloud.script("theirs", running=3600.0)
    newer = {**PAYLOAD, "OfNextYear": {"Enabled": True}}
    config = {
        "project:payload": json.dumps(newer),
        "project:scheduling_priority": 5,
        "sjresource:validation": "warn",
    }
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    stack.set_config("instances", "2", secret=True)
    created = stack.up()
    assert len([text for text in warnings(created) if PRIORITY in text]) == 1
    hours = stack.resources()["first"]["outputs"]["max_instance_hours"]
    assert "ciphertext" in hours
    what_botocore_does_not_know_is_let_through(created, cloud, stack)

    disable_by_hand(cloud, stack.resources()["training"]["id"])
    stack.set_config("jobs", "first second")
    preview = stack.preview("--refresh", "--diff")
    assert "max_instance_hours     : [secret]" in preview.stdout
    assert [text for text in warnings(preview) if PRIORITY in text]
    (warning,) = [text for text in warnings(preview) if "DISABLED" in text]
    assert "checking ServiceJob (second): job_queue names queue" in warning
    assert set(stack.up("--refresh").steps) == {("update", "training"), ("create", "second")}
    assert cloud.submitted() == 2

    a_job_of_somebody_else_keeps_its_queue(cloud, stack)


def disable_by_hand(cloud: EmulatedCloud, queue: str) -> None:
    """Disable a queue as somebody does who knows nothing of the stack."""
    cloud.batch.update_job_queue(jobQueue=queue, state="DISABLED")
    cloud.control.advance(1)


def what_botocore_does_not_know_is_let_through(
    created: Outcome, cloud: EmulatedCloud, stack: PulumiStack
) -> None:
    """`sjresource:validation: warn` says it on the row, and sends it as it is."""
    (warning,) = [each for each in created.diagnostics("warning") if PRIORITY not in each.message]
    assert "service_request_payload.OfNextYear is not known to botocore" in warning.message
    assert warning.urn.endswith("::first")
    job = cloud.batch.describe_service_job(jobId=stack.resources()["first"]["id"])
    assert '"OfNextYear":{"Enabled":true}' in job["serviceRequestPayload"]


def a_job_of_somebody_else_keeps_its_queue(cloud: EmulatedCloud, stack: PulumiStack) -> None:
    """A destroy stops there, names the job, and goes through once it has ended."""
    queue = stack.resources()["training"]["id"]
    job = cloud.batch.submit_service_job(
        jobName="theirs",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(PAYLOAD).replace(".0", ""),
    )["jobId"]

    refused = stack.destroy(fails=True)
    assert f"live jobs that are not this stack's would be ended: {job}" in refused.stdout
    assert set(stack.resources()) == {"capacity", "training"}
    (described,) = cloud.batch.describe_job_queues(jobQueues=[queue])["jobQueues"]
    assert described["state"] == "ENABLED"

    cloud.batch.terminate_service_job(jobId=job, reason="done")
    cloud.control.advance(60)
    stack.destroy()
    assert stack.resources() == {}
