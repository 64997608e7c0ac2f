"""A component of your own for every language: a job and its completion, with your house rules."""

from typing import TypedDict

import pulumi
import pulumi_sjresource as sj
from pulumi.provider.experimental import component_provider_host


class TrainedModelArgs(TypedDict):
    """What a program says of a training."""

    queue: pulumi.Input[str]
    """The name or ARN of a queue."""
    image: pulumi.Input[str]
    """The training image."""
    role_arn: pulumi.Input[str]
    """The role of the training."""
    models: pulumi.Input[str]
    """Where models go: an S3 URI."""
    epochs: pulumi.Input[str]
    """A hyperparameter."""


class TrainedModel(pulumi.ComponentResource):
    """A model that is there when this is: the job that trains it, and the wait for it."""

    job: pulumi.Output[str]
    """The ARN of the job."""
    artifacts: pulumi.Output[str]
    """Where the model is."""

    def __init__(
        self, name: str, args: TrainedModelArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the training."""
        super().__init__("vision:index:TrainedModel", name, {}, opts)
        mine = pulumi.ResourceOptions(parent=self)
        job = sj.ServiceJob(
            name,
            job_queue=args["queue"],
            retry_strategy={"attempts": 3},
            training_job=sj.TrainingJobArgs(
                role_arn=args["role_arn"],
                algorithm_specification={
                    "training_image": args["image"],
                    "training_input_mode": "File",
                },
                hyper_parameters={"epochs": args["epochs"]},
                output_data_config={"s3_output_path": args["models"]},
                resource_config=sj.TrainingResourceConfigArgs(
                    instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10
                ),
                stopping_condition={"max_runtime_in_seconds": 600},
            ),
            opts=mine,
        )
        self.job = job.job_arn
        self.artifacts = sj.ServiceJobCompletion(name, job=job.job_arn, opts=mine).model_artifacts
        self.register_outputs({"job": self.job, "artifacts": self.artifacts})


if __name__ == "__main__":
    component_provider_host(name="vision", components=[TrainedModel])
