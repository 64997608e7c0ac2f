from __future__ import annotations

from typing import Any

import pytest

from sjresource import from_model_trainer


class Trainer:
    """Makes arguments as the SDK's ModelTrainer does: under another name each time."""

    base_job_name = "queued"

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._made = 0

    def _create_training_job_args(
        self, input_data_config: list[Any], *, boto3: bool
    ) -> dict[str, Any]:
        assert boto3
        self._made += 1
        name = f"queued-2026-{self._made}"
        uri = self._channel.format(name=name)
        return {"TrainingJobName": name, "InputDataConfig": [{"S3Uri": uri}, *input_data_config]}


def test_payload_is_the_same_at_every_run() -> None:
    """The name that the SDK makes up is left out: a diff would run the job again."""
    trainer = Trainer("s3://bucket/data")

    first = from_model_trainer(trainer, inputs=[{"S3Uri": "s3://more"}])
    assert first == from_model_trainer(trainer, inputs=[{"S3Uri": "s3://more"}])
    assert first == {"InputDataConfig": [{"S3Uri": "s3://bucket/data"}, {"S3Uri": "s3://more"}]}


def test_local_files_are_refused() -> None:
    """The SDK uploads them under the name that it makes up."""
    with pytest.raises(ValueError, match=r"reading ModelTrainer \(queued\): local files are up"):
        from_model_trainer(Trainer("s3://bucket/queued/{name}/input/code"))


def test_what_is_no_trainer_is_told() -> None:
    """An Estimator of the SDK's second version, for instance."""
    with pytest.raises(TypeError, match=r"must be a sagemaker\.train ModelTrainer"):
        from_model_trainer(object())
