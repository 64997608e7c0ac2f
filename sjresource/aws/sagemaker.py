"""Describes the training job that Batch started."""

from __future__ import annotations

from typing import Any

from sjresource.aws.calls import call


class SageMakerClient:
    """SageMaker in one region."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker

    def find_training_job(self, name: str) -> dict[str, Any]:
        """Describe a training job, without the members that may hold secrets."""
        detail = call(
            self._sagemaker.describe_training_job,
            "reading",
            "TrainingJob",
            name,
            {"TrainingJobName": name},
        )
        for secret in ("HyperParameters", "Environment"):
            detail.pop(secret, None)
        return detail
