"""Runs a sweep from a Python script, without a project folder, and takes its stack down again.

    python examples/automation/sweep.py QUEUE ROLE_ARN IMAGE BUCKET

Pulumi's Automation API drives the engine: it streams what happens, gives the outputs, and destroys.
Needs `pulumi` on PATH; AWS is wherever boto3 finds it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pulumi
from pulumi import automation

import sjresource as sj

# The engine starts the plugin of dynamic resources with PATH's python3, unless it is told which.
os.environ.setdefault("PULUMI_PYTHON_CMD", sys.executable)

RATES = ("0.01", "0.1", "1.0")


def declare(queue: str, role_arn: str, image: str, bucket: str) -> None:
    """Declare a job for each learning rate, and one completion of them all."""
    jobs = [
        sj.ServiceJob(
            f"rate-{rate.replace('.', '-')}",
            job_queue=queue,
            service_request_payload=payload(rate, role_arn, image, bucket),
        )
        for rate in RATES
    ]
    swept = sj.ServiceJobCompletion("swept", jobs=jobs)
    pulumi.export("summary", swept.summary)
    pulumi.export(
        "models", swept.results.apply(lambda results: [each["model_artifacts"] for each in results])
    )


def payload(rate: str, role_arn: str, image: str, bucket: str) -> dict[str, Any]:
    """Return the CreateTrainingJob request of one run."""
    return {
        "RoleArn": role_arn,
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "HyperParameters": {"learning_rate": rate},
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def tell(event: automation.EngineEvent) -> None:
    """Print what is done to each resource, as it is done."""
    done = event.res_outputs_event
    if done and done.metadata.op != automation.OpType.SAME:
        print(done.metadata.op.value, done.metadata.urn.rpartition("::")[2])


def main(queue: str, role_arn: str, image: str, bucket: str) -> None:
    """Run the sweep, print what came of it, and forget the stack."""
    stack = automation.create_or_select_stack(
        stack_name="sweep",
        project_name="sweeps",
        program=lambda: declare(queue, role_arn, image, bucket),
    )
    try:
        outputs = stack.up(on_event=tell).outputs
        print(outputs["summary"].value)
        print("\n".join(outputs["models"].value))
    finally:
        stack.destroy(on_event=tell)
        stack.workspace.remove_stack("sweep")


if __name__ == "__main__":
    main(*sys.argv[1:])
