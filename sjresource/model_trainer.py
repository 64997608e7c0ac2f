"""The payload of a SageMaker SDK ModelTrainer, as the SDK's own queue would submit it.

The SDK (`sagemaker-train`) is optional, and never imported here: the trainer comes from the
program. What it submits it makes with a method that is not public; it is asked the same way as by
the SDK's `TrainingQueue`, so a newer SDK may need a newer sjresource.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Sequence


def from_model_trainer(trainer: Any, inputs: Sequence[Any] = ()) -> dict[str, Any]:
    """Give the `service_request_payload` of a trainer, and of `inputs` as `trainer.train` takes.

    The name that the SDK makes up is left out: it is another at every run of the program. Its tags
    go to a job's `tags`, as with the SDK's queue; a warning says so if there are any.

    Raises:
        ValueError: it would upload local files (source code, data), which the SDK does under a new
            name at every run, previews included; each would be another request, and so run the job
            again. Upload them once and name their S3 URIs.
        TypeError: this is no ModelTrainer.
    """
    make = getattr(trainer, "_create_training_job_args", None)
    if make is None:
        raise TypeError(
            f"reading ModelTrainer: must be a sagemaker.train ModelTrainer, got {type(trainer)}"
        )
    payload: dict[str, Any] = make(input_data_config=list(inputs), boto3=True)
    name = payload.pop("TrainingJobName")
    if name in json.dumps(payload):
        raise ValueError(
            f"reading ModelTrainer ({trainer.base_job_name}): local files are uploaded under a new "
            "name at every run, which would run the job again; upload them once, and name S3 URIs "
            "in inputs, source_code and checkpoint_config"
        )
    if payload.pop("Tags", None):
        pulumi.log.warn(
            f"reading ModelTrainer ({trainer.base_job_name}): its tags are not in the payload; "
            "give them as the job's tags"
        )
    return payload
