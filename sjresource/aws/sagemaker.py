"""Describes the training job that Batch started."""

from __future__ import annotations

from typing import Any

from sjresource.aws.calls import call


class SageMakerClient:
    """SageMaker in one region."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker

    def find_training_job(self, name: str, *, with_numbers: bool = False) -> dict[str, Any]:
        """Describe a training job, without the members that may hold secrets.

        Of the hyperparameters those that are numbers stay if `with_numbers`: a caller that shows
        them masks what the stack holds as a secret.
        """
        detail = call(
            self._sagemaker.describe_training_job,
            "reading",
            "TrainingJob",
            name,
            {"TrainingJobName": name},
        )
        parameters = detail.pop("HyperParameters", {})
        detail.pop("Environment", None)
        if with_numbers:
            detail["HyperParameters"] = {
                key: text for key, text in parameters.items() if _is_number(text)
            }
        return detail


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
