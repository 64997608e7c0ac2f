"""Programs of the native provider, without a generated SDK; and the plugin on a stack's PATH."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from sjresource.native.kinds import JOB
from sjresource.stack.spelling.resources import PAYLOAD, SPELLINGS, TYPED

if TYPE_CHECKING:
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

REQUEST: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}
"""The payload of programs of either front, without hyperparameters."""
_TYPED = SPELLINGS[JOB].to_native({PAYLOAD: REQUEST}, typed=True)[TYPED]

CLASSES = (
    """
    import json
    import pulumi


    class Native(pulumi.CustomResource):
        def __init__(self, kind, name, inputs, outputs, opts=None):
            alias = pulumi.Alias(type_=f"pulumi-python:dynamic/sjresource:{kind}")
            opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(aliases=[alias]), opts)
            told = {each: None for each in outputs.split() if each not in inputs}
            super().__init__(f"sjresource:index:{kind}", name, {**inputs, **told}, opts)

"""
    f"    PAYLOAD = {json.dumps(_TYPED)}\n"
    """
    config = pulumi.Config()
"""
)

REPLACING = """
    def replacing(args):
        replaced = pulumi.ResourceOptions(replace_on_changes=["*"])
        merged = pulumi.ResourceOptions.merge(args.opts, replaced)
        return pulumi.ResourceTransformationResult(args.props, merged)

    pulumi.runtime.register_stack_transformation(replacing)
"""
"""Says of all resources that follow that any change replaces them."""

TRIGGERS = """
    from pathlib import Path

    for folder in ("scripts/__pycache__", "scripts/model"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    Path("scripts/train.py").write_text("train()")
    Path("scripts/model/net.py").write_text("layers = 3")
    Path("scripts/__pycache__/train.pyc").write_bytes(b"compiled")
    triggers = [
        pulumi.FileAsset("scripts/train.py"),
        pulumi.FileArchive("scripts"),
        pulumi.AssetArchive({
            "lib": pulumi.FileArchive("./scripts/model"), "note": pulumi.StringAsset("first")
        }),
    ]
"""
"""Each kind of asset that the dynamic resources take; what Python leaves behind is no content."""

WHOLE = (
    CLASSES
    + TRIGGERS
    + """
    environment = Native("ServiceEnvironment", "capacity", {
        "capacityLimits": [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}],
    }, "serviceEnvironmentArn status")
    queue = Native("JobQueue", "training", {
        "priority": config.get_int("priority") or 1,
        "serviceEnvironmentOrder": [
            {"order": 1, "serviceEnvironment": environment.serviceEnvironmentArn}
        ],
    }, "jobQueueArn status")
    parameters = {"epochs": config.get("epochs") or "10", "learning_rate": "0.5"}
    train = Native("ServiceJob", "train", {
        "jobQueue": queue.jobQueueArn,
        "trainingJob": {
            **PAYLOAD,
            "hyperParameters": parameters,
            "environment": {"API_KEY": pulumi.Output.secret("sk-very-secret")},
        },
        "tags": {"team": config.get("team") or "vision"},
        "triggers": triggers,
    }, "jobArn status")
    trained = Native(
        "ServiceJobCompletion", "trained", {"job": train.jobArn}, "status modelArtifacts"
    )
    pulumi.export("job", train.jobArn)
    pulumi.export("status", trained.status)
    pulumi.export("model", trained.modelArtifacts)
"""
)
"""A queue over four instances, a job and its completion."""


def native_stack(new_stack: NewStack, program: str, **settings: Any) -> PulumiStack:
    """Make a stack whose engine finds the plugin."""
    stack = new_stack(program, **settings)
    put_plugin_on_path(stack)
    return stack


def put_plugin_on_path(stack: PulumiStack) -> None:
    """Let the engine of a stack find the plugin."""
    folder = stack.folder / "plugin"
    folder.mkdir()
    command = folder / "pulumi-resource-sjresource"
    command.write_text(
        f'#!/bin/sh\nexec {sys.executable} -m sjresource.native.plugin.serving "$@"\n'
    )
    command.chmod(0o755)
    stack.environment["PATH"] = os.pathsep.join([str(folder), stack.environment["PATH"]])


TWIN = (
    """
    import pulumi
    import sjresource as sj

    config = pulumi.Config()
"""
    + TRIGGERS
    + """
    environment = sj.ServiceEnvironment("capacity", capacity_limits=[
        {"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}])
    queue = sj.JobQueue(
        "training",
        priority=config.get_int("priority") or 1,
        service_environment_order=[
            {"order": 1, "service_environment": environment.service_environment_arn}],
    )
    train = sj.ServiceJob(
        "train",
        job_queue=queue.job_queue_arn,
        service_request_payload={
            "RoleArn": "arn:aws:iam::123456789012:role/training",
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            "HyperParameters": {
                "epochs": config.get("epochs") or "10", "learning_rate": "0.5"
            },
            "Environment": {"API_KEY": pulumi.Output.secret("sk-very-secret")},
        },
        tags={"team": config.get("team") or "vision"},
        triggers=triggers,
    )
    trained = sj.ServiceJobCompletion("trained", job=train)
    pulumi.export("job", train.job_arn)
    pulumi.export("status", trained.status)
    pulumi.export("model", trained.model_artifacts)
"""
)
"""The same by the dynamic resources."""
