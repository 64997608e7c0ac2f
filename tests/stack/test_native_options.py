"""Pulumi's own options and commands, on resources of the native provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from native_programs import CLASSES, native_stack

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

PROGRAM = f"""{CLASSES}
    def is_set(name):
        return config.get_bool(name) or None


    def options(**given):
        return pulumi.ResourceOptions(**given)


    url = config.require("url")
    places = json.dumps([{{"batch": url, "sts": url}}])
    far = pulumi.ProviderResource(
        "sjresource", "far", {{"region": "eu-west-1", "endpoints": places}}
    )
    Native("SchedulingPolicy", "distant", {{}}, "arn", options(provider=far))
    limits = [{{"maxCapacity": 9, "capacityUnit": "NUM_INSTANCES"}}]
    slow = Native("ServiceEnvironment", "slow", {{
        "capacityLimits": limits,
        "timeouts": {{"create": 60 if is_set("patient") else 0.000001}},
    }}, "status serviceEnvironmentArn")
    queue = Native("JobQueue", "training", {{
        "priority": 1,
        "serviceEnvironmentOrder": [
            {{"order": 1, "serviceEnvironment": slow.serviceEnvironmentArn}}
        ],
    }}, "jobQueueArn status")


    def job(name, parameters=None, tags=None, opts=None, **given):
        parameters = parameters or {{"rate": "0.5"}}
        return Native("ServiceJob", name, {{
            "jobQueue": queue.jobQueueArn,
            "trainingJob": {{**PAYLOAD, "hyperParameters": parameters}},
            "tags": tags,
            **given,
        }}, "jobArn status jobName", opts)


    team = {{"team": config.get("team") or "vision"}}
    job("strict", tags=team, opts=options(replace_on_changes=["tags.team"]))
    job("calm", {{"epochs": config.get("epochs") or "1"}}, team,
        options(ignore_changes=["trainingJob.hyperParameters.epochs"]))
    job("again", opts=options(delete_before_replace=True))
    job("bound", opts=options(deleted_with=queue), deletedWith=True)
    if not is_set("less"):
        plain = job("plain")
        read = Native("ServiceJob", "read", {{}}, "jobName trainingJob", options(id=plain.jobArn))
        pulumi.export("name", read.jobName)
        pulumi.export("image", read.trainingJob["algorithmSpecification"]["trainingImage"])
        found = Native("JobQueue", "found", {{}}, "priority", options(id=queue.jobQueueArn))
        pulumi.export("priority", found.priority)
        job("kept", opts=options(retain_on_delete=True))
        job("guarded", opts=options(protect=True))
    if is_set("more"):
        late = Native("SchedulingPolicy", "late", {{}}, "arn")
        job("unknown", {{"policy": late.arn}})
"""
"""A queue over an environment that is not VALID in time at first, and a job for each option."""


def test_options_mean_what_pulumi_says(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """From a create that ends in part to a destroy that leaves to the queue what goes with it."""
    cloud.script(running=3600.0)
    config = {"project:url": cloud.emulator.url}
    stack = native_stack(new_stack, PROGRAM, environment=cloud.environment, config=config)

    def ended(arn: str) -> bool:
        described = cloud.batch.describe_service_job(jobId=arn)
        return bool(described["isTerminated"] or described["status"] == "FAILED")

    # What is not VALID in time fails the `up`, and is in the state with its id and the reason.
    assert "it is CREATING after its timeout; the next `pulumi up` goes on" in (
        stack.up(fails=True).stdout
    )
    (partial,) = [each for each in stack.state()["resources"] if each["urn"].endswith("::slow")]
    assert partial["initErrors"]
    stack.set_config("patient", "true")
    went_on = stack.up()
    assert ("update", "slow") in went_on.steps

    # An explicit provider beside the default one; `get` of a job and of a queue.
    ids = {name: each["id"] for name, each in stack.resources().items()}
    assert ids["slow"] == partial["id"]
    assert ids["distant"].startswith("arn:aws:batch:eu-west-1:")
    assert ids["training"].startswith("arn:aws:batch:us-east-1:")
    assert len(cloud.batch_in("eu-west-1").list_scheduling_policies()["schedulingPolicies"]) == 1
    assert stack.outputs() == {"name": "plain", "image": "image", "priority": 1}

    # Drift, seen by a refresh; and what each option makes of a change.
    cloud.batch.update_job_queue(jobQueue=ids["training"], priority=7)
    assert ("update", "training") in stack.refresh().steps
    for key, value in (("epochs", "5"), ("team", "speech"), ("more", "true")):
        stack.set_config(key, value)
    preview = stack.preview("--diff")
    changed = {step for step in preview.steps if step[0] in ("create", "update", "replace")}
    assert changed == {
        ("update", "training"),
        ("replace", "strict"),
        ("update", "calm"),
        ("create", "late"),
        ("create", "unknown"),
    }
    assert "priority: 7 => 1" in preview.stdout
    assert "epochs" not in preview.stdout
    assert "- identity" not in preview.stdout
    assert "- priority" not in preview.stdout

    # A taint is a new run where the option says so, and refused with the way out where it doesn't.
    urns = [stack.resources()[name]["urn"] for name in ("plain", "again")]
    stack.run("state", "taint", *urns)
    refused = stack.up(fails=True).stdout
    assert "or let it be replaced with the resource option `deleteBeforeReplace`" in refused
    now = {name: each["id"] for name, each in stack.resources().items()}
    assert {name for name, each in now.items() if ids.get(name, each) != each} == {
        "strict",
        "again",
    }
    assert [ended(ids[name]) for name in ("strict", "again", "plain", "calm")] == [
        True,
        True,
        False,
        False,
    ]
    assert cloud.batch.describe_job_queues()["jobQueues"][0]["priority"] == 1

    # What is protected stays, what is retained goes on; the queue's delete ends what it takes with.
    stack.set_config("less", "true")
    stack.set_config("more", "false")
    assert "cannot be deleted" in stack.up(fails=True).stdout
    assert "kept" not in stack.resources()
    assert not ended(ids["kept"])
    assert not ended(ids["guarded"])
    stack.run("state", "unprotect", "--all", "--yes")
    cloud.batch.terminate_service_job(jobId=ids["kept"], reason="as the refusal would say")
    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    bound = cloud.batch.describe_service_job(jobId=ids["bound"])
    assert bound["statusReason"] == "The job queue was deleted"
