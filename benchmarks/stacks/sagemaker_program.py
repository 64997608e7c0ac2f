"""The same with the SageMaker SDK's TrainingQueue, run by an interpreter that has that SDK.

    .clients/sagemaker-train/bin/python benchmarks/stacks/sagemaker_program.py QUEUE JOBS

That environment is its own, and the type checker does not see it.
"""

import logging
import sys

from sagemaker.core.shapes import StoppingCondition  # type: ignore[import-not-found]
from sagemaker.train.aws_batch.training_queue import TrainingQueue  # type: ignore[import-not-found]
from sagemaker.train.configs import Compute, OutputDataConfig  # type: ignore[import-not-found]
from sagemaker.train.model_trainer import ModelTrainer  # type: ignore[import-not-found]

logging.disable(logging.CRITICAL)

trainer = ModelTrainer(
    training_image="123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
    role="arn:aws:iam::123456789012:role/training",
    base_job_name="train",
    compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
    hyperparameters={f"parameter_{number}": f"{number / 7:.6f}" for number in range(11)},
    stopping_condition=StoppingCondition(max_runtime_in_seconds=36_000),
    output_data_config=OutputDataConfig(s3_output_path="s3://data/models"),
)
queue = TrainingQueue(sys.argv[1])
submitted = [
    queue.submit(trainer, [], job_name=f"train-{number}", retry_config={"attempts": 2})
    for number in range(int(sys.argv[2]))
]
for job in submitted:
    job.wait(timeout=600)
