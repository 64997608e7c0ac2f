"""What the native provider reads that no program has declared: an import, and a `get`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from emulated import PAYLOAD
from native_plugin import (
    ARN,
    JOB_ID,
    SECRET,
    NativePlugin,
    Resource,
    changed,
    job,
    queue_side,
)

from sjresource.native.values import read, write
from sjresource.stack.identity import IDENTITY_TAG, identity_tag

if TYPE_CHECKING:
    from emulated import EmulatedBatch


def test_a_job_of_somebody_else_is_imported_whole(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """With its typed payload; the program that says the same is no change, and may end it."""
    queue = aws.make_queue()
    payload = (
        '{"TrainingJobName": "foreign", "RoleArn": "arn:aws:iam::123456789012:role/training", '
        '"AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"}, '
        '"OutputDataConfig": {"S3OutputPath": "s3://bucket/models"}, '
        '"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, '
        '"VolumeSizeInGB": 1}, "StoppingCondition": {"MaxRuntimeInSeconds": 600}, '
        '"Environment": {"API_KEY": "sk-very-secret"}}'
    )
    arn = aws.batch.submit_service_job(
        jobName="foreign",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload,
        tags={"team": "speech"},
    )["jobArn"]

    found = plugin.adopt("ServiceJob", "foreign", arn)

    assert found is not None
    inputs = read(found.inputs)
    assert inputs.values["trainingJob"]["resourceConfig"]["instanceCount"] == 1
    assert inputs.values["tags"] == {"team": "speech"}
    assert inputs.secrets == {("trainingJob", "environment")}
    assert changed(plugin.diff(found, inputs.values)) == {}
    plugin.delete(found)
    assert aws.batch.describe_service_job(jobId=arn)["isTerminated"] is True


def test_an_import_of_another_stack_s_resource_says_whose_it_is_and_a_get_does_not(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """It is never refused; what the warning says of update and deletion is what happens."""
    made = plugin.create("ServiceJob", "train", job(aws.make_queue()))
    owner = "acme/speech/prod/train"
    tags = {IDENTITY_TAG: identity_tag("acme/urn:pulumi:prod::speech::sjresource:Job::train")}
    aws.batch.tag_resource(resourceArn=made.id, tags=tags)
    plugin.engine.lines.clear()

    found = plugin.adopt("ServiceJob", "train", made.id)
    assert found is not None
    assert plugin.engine.lines == []
    inputs = read(found.inputs).values
    plugin.check("ServiceJob", "train", inputs, old=found)
    plugin.diff(found, inputs)
    (line,) = plugin.engine.lines
    assert f"importing ServiceJob ({made.id}): by its tag {IDENTITY_TAG} it is" in line.text
    assert f"the resource {owner} of a Pulumi stack" in line.text
    assert line.urn == found.urn

    with pytest.raises(grpc.RpcError, match=rf"deleting ServiceJob .*: it is the resource {owner}"):
        plugin.delete(found)
    aws.batch.untag_resource(resourceArn=made.id, tagKeys=[IDENTITY_TAG])  # as it says
    plugin.delete(found)
    assert aws.batch.describe_service_job(jobId=made.id)["isTerminated"] is True


@pytest.mark.parametrize(("where", "member"), [(None, "BrandNew"), ("ResourceConfig", "Placement")])
def test_a_payload_that_botocore_does_not_know_is_imported_as_it_is(
    aws: EmulatedBatch, plugin: NativePlugin, where: str | None, member: str
) -> None:
    """Typed it would be refused, and code that lacks the member would run the job again."""
    payload: dict[str, Any] = {**PAYLOAD, "Environment": {"API_KEY": SECRET}}
    strange = {member: {"Thing": [1, "two"]}}
    payload |= strange if where is None else {where: {**payload[where], **strange}}
    payload["TrainingJobName"] = "as-the-cli-had-it"
    arn = aws.batch.submit_service_job(
        jobName="foreign",
        jobQueue=aws.make_queue(),
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(payload),
    )["jobArn"]

    found = plugin.adopt("ServiceJob", "foreign", arn)

    assert found is not None
    inputs = read(found.inputs)
    assert "trainingJob" not in inputs.values
    assert inputs.values["serviceRequestPayload"] == payload
    assert inputs.secrets == {("serviceRequestPayload", "Environment")}
    assert changed(plugin.diff(found, inputs.values)) == {}


@pytest.mark.parametrize(
    ("kind", "id_", "reason"),
    [
        ("ServiceJob", "train", "there is none with this id or ARN; a name is not enough"),
        ("SchedulingPolicy", "fair", "there is none with this ARN; a name is not enough"),
        ("ServiceJob", f"{ARN}:job-queue/q", "it is the ARN of a job-queue, and not of a service-"),
        ("JobQueue", f"{ARN}:service-job/a", "it is the ARN of a service-job, and not of a job-"),
        ("JobQueue", f"{ARN}:job-queue/q/quota-share/s", "it is the ARN of a quota-share, and not"),
        ("QuotaShare", f"{ARN}:job-queue/q", "it is the ARN of a job-queue, and not of a quota-"),
        (
            "ServiceJob",
            "arn:aws:sagemaker:eu-west-1:123456789012:training-job/t",
            "it is the ARN of a sagemaker training-job, and not of a service-job",
        ),
        (
            "ServiceJob",
            f"arn:aws:batch:eu-west-1:210987654321:service-job/{JOB_ID}",
            "not found in account 123456789012, but it is in account 210987654321",
        ),
    ],
)
def test_what_can_t_be_imported_says_why(
    plugin: NativePlugin, kind: str, id_: str, reason: str
) -> None:
    """The engine alone would say that it does not exist."""
    with pytest.raises(grpc.RpcError) as raised:
        plugin.adopt(kind, "it", id_)

    assert f"reading {kind} ({id_}): {reason}" in (raised.value.details() or "")


def test_the_queue_side_is_imported_quietly(plugin: NativePlugin) -> None:
    """What an import reads is what a program would write; what is not there is none."""
    for each in queue_side(plugin).values():
        kind = each.urn.split("::")[2].rpartition(":")[2]
        found = plugin.adopt(kind, "imported", each.id)
        assert found is not None
        inputs = read(found.inputs).values
        assert "tags" not in inputs
        plugin.engine.lines.clear()
        assert changed(plugin.diff(found, inputs)) == {}
        assert len(plugin.engine.lines) == 1
        assert f"importing {kind} ({each.id}): by its tag" in plugin.engine.lines[0].text
    assert plugin.adopt("JobQueue", "none", "no-such-queue") is None


def test_what_get_has_read_has_no_arguments(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """A refresh shows what is so by now, and makes nothing of it that the program would miss."""
    queue = queue_side(plugin)["queue"]
    found = plugin.adopt("JobQueue", "found", queue.id)
    assert found is not None
    found.inputs.Clear()  # a `get` gives none
    aws.batch.update_job_queue(jobQueue=queue.id, priority=7)
    aws.advance(5)

    again = plugin.refresh(found)

    assert again is not None
    assert read(again.inputs).values == {}
    assert again.outputs["priority"] == 7
    assert set(again.outputs) == set(found.outputs)


def test_what_a_program_gives_get_is_no_truth(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """AWS says what a job is; a completion, of which AWS has nothing, is refused here, too."""
    train = plugin.create("ServiceJob", "train", job(aws.make_queue()))
    given = write({"jobName": "other", "tags": {"a": "b"}})

    found = plugin.refresh(Resource(plugin.urn("ServiceJob", "found"), train.id, None, given))
    done = plugin.urn("ServiceJobCompletion", "done")

    assert found is not None
    assert (found.outputs["jobName"], found.outputs.get("tags")) == ("train", None)
    with pytest.raises(grpc.RpcError):
        plugin.refresh(Resource(done, "completion/x", None, write({"job": train.id})))
