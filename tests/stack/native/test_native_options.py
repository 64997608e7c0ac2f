"""Pulumi's own options and commands, on resources of the native provider."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from job_stack import make_queue
from native_programs import CLASSES, native_stack

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

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
        job("foreign", {{"rate": "0.25"}})
        job("there", opts=options(provider=far), jobQueue="far")
        late = Native("SchedulingPolicy", "late", {{}}, "arn")
        job("unknown", {{"policy": late.arn}})
"""
"""A queue over an environment that is not VALID in time at first, and a job for each option."""

FOREIGN = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"rate": "0.25"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}
"""What the AWS CLI submits, and the program says."""
STAY = ("plain", "calm", "bound", "foreign", "kept", "guarded")


def made_in_part(stack: PulumiStack) -> str:
    """Bring up an environment that is not VALID in time; return its id, which the state has."""
    failed = stack.up(fails=True)
    assert "it is CREATING after its timeout; the next `pulumi up` goes on" in failed.stdout
    (partial,) = [each for each in stack.state()["resources"] if each["urn"].endswith("::slow")]
    assert partial["initErrors"]
    return str(partial["id"])


def imported(cloud: EmulatedCloud, stack: PulumiStack, queue: str) -> str:
    """Submit a job by hand, and import it; return its ARN."""
    arn: str = cloud.batch.submit_service_job(
        jobName="foreign",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(FOREIGN),
    )["jobArn"]
    stack.run(
        "import", "sjresource:index:ServiceJob", "foreign", arn, "--yes", "--protect=false",
        "--generate-code=false", "--skip-preview",
    )  # fmt: skip
    return arn


def ended(cloud: EmulatedCloud, arn: str) -> bool:
    """Return whether a job has ended, or was asked to."""
    described = cloud.batch.describe_service_job(jobId=arn)
    return bool(described["isTerminated"] or described["status"] == "FAILED")


def plans(preview: Outcome) -> list[str]:
    """Return what each provider says that the `up` may use."""
    told = [each.message.strip() for each in preview.diagnostics("info")]
    return sorted(each for each in told if "this update runs" in each)


def test_options_mean_what_pulumi_says(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """From a create that ends in part to a destroy that leaves to the queue what goes with it."""
    cloud.script(running=3600.0)
    config = {"project:url": cloud.emulator.url}
    stack = native_stack(new_stack, PROGRAM, environment=cloud.environment, config=config)

    partial = made_in_part(stack)
    stack.set_config("patient", "true")
    assert ("update", "slow") in stack.up().steps

    # An explicit provider beside the default one; `get` of a job and of a queue.
    ids = {name: each["id"] for name, each in stack.resources().items()}
    assert ids["slow"] == partial
    assert ids["distant"].startswith("arn:aws:batch:eu-west-1:")
    assert ids["training"].startswith("arn:aws:batch:us-east-1:")
    assert len(cloud.batch_in("eu-west-1").list_scheduling_policies()["schedulingPolicies"]) == 1
    assert stack.outputs() == {"name": "plain", "image": "image", "priority": 1}

    # A job of the AWS CLI is imported; the preview of a program that says the same is quiet.
    foreign = imported(cloud, stack, ids["training"])

    # Drift, seen by a refresh; and what each option makes of a change. The explicit provider has a
    # row of its own, and finds a queue that is in its region alone.
    make_queue(cloud, "far", "eu-west-1")
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
        ("create", "there"),
        ("create", "unknown"),
    }
    assert "priority: 7 => 1" in preview.stdout
    assert not [it for it in ("epochs", "- identity", "- priority") if it in preview.stdout]
    assert plans(preview) == [
        "this update runs 1 job, at most 0.17 instance-hours of ml.m5.large",
        "this update runs 2 jobs, at most 0.33 instance-hours of ml.m5.large",
    ]

    # A taint is a new run where the option says so; it and `--replace` are refused, with the way
    # out, where it doesn't.
    urns = {name: stack.resources()[name]["urn"] for name in ("plain", "again", "bound")}
    stack.run("state", "taint", urns["plain"], urns["again"])
    refused = stack.up("--replace", urns["bound"], fails=True)
    told = {each.urn: each.message for each in refused.diagnostics("error")}
    for name in ("plain", "bound"):
        assert "change `triggers` for a new run" in told[urns[name]]
        assert "with the resource option `deleteBeforeReplace`" in told[urns[name]]
    now = {name: each["id"] for name, each in stack.resources().items()}
    assert {name for name, each in now.items() if ids.get(name, each) != each} == {
        "strict",
        "again",
    }
    jobs = {name: cloud.jobs(ids["training"], name) for name in ("strict", "again", *STAY)}
    assert jobs == {"strict": 2, "again": 2, **dict.fromkeys(STAY, 1)}
    assert [ended(cloud, ids[name]) for name in ("strict", "again", "plain", "calm")] == [
        True,
        True,
        False,
        False,
    ]
    assert cloud.batch.describe_job_queues()["jobQueues"][0]["priority"] == 1

    assert now["there"].startswith("arn:aws:batch:eu-west-1:")

    # What is protected stays, what is retained goes on; the queue's delete ends what it takes with.
    stack.set_config("less", "true")
    stack.set_config("more", "false")
    assert "cannot be deleted" in stack.up(fails=True).stdout
    assert "kept" not in stack.resources()
    assert [ended(cloud, ids[name]) for name in ("kept", "guarded")] == [False, False]
    stack.run("state", "unprotect", "--all", "--yes")
    cloud.batch.terminate_service_job(jobId=ids["kept"], reason="as the refusal would say")
    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    bound = cloud.batch.describe_service_job(jobId=ids["bound"])
    assert ended(cloud, foreign)
    assert bound["statusReason"] == "The job queue was deleted"
