"""A component of your own: a job and its completion as one thing, with your house rules."""

from typing import Any

import pulumi

import sjresource as sj

config = pulumi.Config()


def payload(**more: Any) -> dict[str, Any]:
    """Return the CreateTrainingJob request, with what is `more` in it."""
    return {
        "RoleArn": config.require("role_arn"),
        "AlgorithmSpecification": {
            "TrainingImage": config.require("image"),
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": config.require("models")},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **more,
    }


class TrainedModel(pulumi.ComponentResource):
    """A model that is there when this is: the job that trains it, and the wait for it."""

    artifacts: pulumi.Output[str | None]

    def __init__(self, name: str, epochs: int, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the training; `epochs` goes to the hyperparameters."""
        super().__init__("example:TrainedModel", name, None, opts)
        mine = pulumi.ResourceOptions(parent=self)
        job = sj.ServiceJob(
            name,
            job_queue=config.require("queue"),
            service_request_payload=payload(HyperParameters={"epochs": str(epochs)}),
            retry_strategy={"attempts": 3},
            timeout_config={"attempt_duration_seconds": 3600},
            opts=mine,
        )
        self.artifacts = sj.ServiceJobCompletion(name, job=job, opts=mine).model_artifacts
        self.register_outputs({"artifacts": self.artifacts})


pulumi.export("model", TrainedModel("small", epochs=3).artifacts)
