"""Run by the SageMaker SDK's own interpreter: one trainer, by the SDK's queue and by sjresource.

Prints one JSON object: the ARN that the SDK submitted, and the payload that we would submit. The
packages of the project's own environment come last on the path.
"""

import json
import logging
import sys

sys.path.extend(sys.argv[1:])

from sagemaker.core.shapes import StoppingCondition  # type: ignore[import-not-found]
from sagemaker.train.aws_batch.training_queue import (  # type: ignore[import-not-found]
    TrainingQueue,
)
from sagemaker.train.configs import (  # type: ignore[import-not-found]
    Compute,
    InputData,
    OutputDataConfig,
)
from sagemaker.train.model_trainer import (  # type: ignore[import-not-found]
    ModelTrainer,
)

from sjresource import from_model_trainer

logging.disable(logging.CRITICAL)

SETTINGS = {
    "training_image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
    "role": "arn:aws:iam::123456789012:role/training",
    "base_job_name": "queued",
    "compute": Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=1),
    "stopping_condition": StoppingCondition(max_runtime_in_seconds=600),
    "output_data_config": OutputDataConfig(s3_output_path="s3://models/output"),
    "hyperparameters": {"epochs": 3, "name": "text"},
}
inputs = [InputData(channel_name="training", data_source="s3://models/data/")]
trainer = ModelTrainer(**SETTINGS)
submitted = TrainingQueue("queue").submit(trainer, inputs, job_name="theirs")
payload = from_model_trainer(trainer, inputs=inputs)
print(  # noqa: T201 - for the test that runs this
    json.dumps({"theirs": submitted.job_arn, "ours": payload})
)
