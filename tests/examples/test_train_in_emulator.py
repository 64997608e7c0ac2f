"""The example, whole: queued by Batch, trained in a process, its model fetched from S3 and used."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from emulator_requests import client, make_environment, make_queue, payload, submit
from local_stack.upload import BUCKET, FILES
from process_platform import eventually

from sjresource.emulator import Emulator
from sjresource.emulator.executors.process import ProcessExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def emulator(tmp_path: Path, examples: Path) -> Iterator[Emulator]:
    """An emulator that runs processes, with a queue, and the example's code and data in its S3."""
    with Emulator(
        executor=lambda url, credentials: ProcessExecutor(tmp_path / "jobs", url, credentials)
    ) as emulator:
        s3 = client(emulator, "s3")
        s3.create_bucket(Bucket=BUCKET)
        for key, name in FILES.items():
            s3.put_object(Bucket=BUCKET, Key=key, Body=(examples / name).read_bytes())
        make_queue(emulator, make_environment(emulator))
        yield emulator


def test_downloaded_model_works(
    emulator: Emulator, script: Any, examples: Path, tmp_path: Path
) -> None:
    """What the service job names in the end is a model that knows penguins it never saw."""
    ended = run(emulator, epochs="60")

    assert ended["status"] == "SUCCEEDED", ended
    training = describe_training_job(emulator, ended)
    uri = training["ModelArtifacts"]["S3ModelArtifacts"]
    body = client(emulator, "s3").get_object(Bucket=BUCKET, Key=uri.partition(f"{BUCKET}/")[2])
    with tarfile.open(fileobj=io.BytesIO(body["Body"].read())) as archive:
        file = archive.extractfile("model.json")
        assert file is not None
        (tmp_path / "model.json").write_bytes(file.read())
    model = script.load_model(tmp_path / "model.json")
    _, held_out = script.split(script.read_penguins(examples / "data" / "penguins.csv"))
    accuracy = script.accuracy(model, held_out)
    (metric,) = training["FinalMetricDataList"]
    assert accuracy > 0.9
    assert (metric["MetricName"], metric["Value"]) == (
        "accuracy",
        pytest.approx(accuracy, abs=1e-4),
    )


def test_log_shows_the_loss_as_it_falls(emulator: Emulator) -> None:
    """What the script prints is in CloudWatch Logs, in the stream that is named after the job."""
    name = describe_training_job(emulator, run(emulator, epochs="20"))["TrainingJobName"]
    logs = client(emulator, "logs")
    group = "/aws/sagemaker/TrainingJobs"
    (stream,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)[
        "logStreams"
    ]

    events = logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
    )["events"]
    lines = [event["message"].split("=")[0] for event in events]
    assert lines[1:] == ["epoch 10 loss", "epoch 20 loss", "accuracy"]


def test_bad_hyperparameter_is_the_jobs_reason(emulator: Emulator) -> None:
    """What the script says in its failure file comes back as the service job's reason."""
    ended = run(emulator, epochs="many")

    assert ended["status"] == "FAILED"
    assert "AlgorithmError: ValueError: invalid literal for int()" in ended["statusReason"]


def run(emulator: Emulator, **hyperparameters: str) -> dict[str, Any]:
    """Run the example as a service job, and describe it when it has ended."""
    batch = client(emulator, "batch")
    job = submit(emulator, serviceRequestPayload=payload(**request(hyperparameters)))

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = batch.describe_service_job(jobId=job)
        return described if described["status"] in ("SUCCEEDED", "FAILED") else None

    described: dict[str, Any] = eventually(ended, "the end of the job", seconds=60)
    return described


def request(hyperparameters: dict[str, str]) -> dict[str, Any]:
    """Write the request for the example: what differs from any other."""
    channels = {"code": "code/", "training": "data/"}
    return {
        "AlgorithmSpecification": {
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
            "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+)"}],
        },
        "HyperParameters": hyperparameters,
        "InputDataConfig": [
            {
                "ChannelName": name,
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{prefix}"}
                },
            }
            for name, prefix in channels.items()
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
    }


def describe_training_job(emulator: Emulator, ended: dict[str, Any]) -> dict[str, Any]:
    """Describe the training job of a service job's last attempt."""
    arn = ended["latestAttempt"]["serviceResourceId"]["value"]
    described: dict[str, Any] = client(emulator, "sagemaker").describe_training_job(
        TrainingJobName=arn.partition("/")[2]
    )
    return described
