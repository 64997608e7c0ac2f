"""Run by the SageMaker SDK's own interpreter: submits, lists, waits for and terminates jobs.

It has an environment of its own, which the type checker does not see. Prints one JSON object of
what it saw. Everything comes from the environment, as for a user.
"""

import json
import logging

from sagemaker.core.shapes import StoppingCondition  # type: ignore[import-not-found]
from sagemaker.train.aws_batch.training_queue import TrainingQueue  # type: ignore[import-not-found]
from sagemaker.train.configs import Compute, OutputDataConfig  # type: ignore[import-not-found]
from sagemaker.train.model_trainer import ModelTrainer  # type: ignore[import-not-found]

logging.disable(logging.CRITICAL)

trainer = ModelTrainer(
    training_image="123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
    role="arn:aws:iam::123456789012:role/training",
    base_job_name="queued",
    compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=1),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
    output_data_config=OutputDataConfig(s3_output_path="s3://models/output"),
)
queue = TrainingQueue("queue")
job = queue.submit(trainer, [], job_name="quick", priority=1, tags={"team": "ml"})
waited = job.result(timeout=60)
slow = queue.submit(trainer, [], job_name="slow")
slow.terminate("enough")
ended = slow.wait(timeout=60)
listed = queue.list_jobs(status="SUCCEEDED")
print(  # noqa: T201 - for the test that runs this
    json.dumps(
        {
            "waited": waited["status"],
            "trainer": job.get_model_trainer().training_image,
            "ended": [ended["status"], ended["statusReason"]],
            "listed": [each.job_name for each in listed],
        }
    )
)
