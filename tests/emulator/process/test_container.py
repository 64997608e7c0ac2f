from __future__ import annotations

from pathlib import Path

import pytest

from sjresource.emulator.executors.interface import TrainingJob
from sjresource.emulator.executors.process import container
from sjresource.emulator.executors.process.container import CannotRunError, ContainerRoot
from sjresource.emulator.executors.process.preparation import toolkit_variables

ROOT = ContainerRoot(Path("/jobs/a"))


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("/opt/ml/model", "/jobs/a/opt/ml/model"),
        ("/opt/ml", "/jobs/a/opt/ml"),
        ("--model=/opt/ml/model/", "--model=/jobs/a/opt/ml/model/"),
        ("/a:/opt/ml/code", "/a:/jobs/a/opt/ml/code"),
        ("cat /opt/ml/x; ls /opt/ml/y", "cat /jobs/a/opt/ml/x; ls /jobs/a/opt/ml/y"),
        ("file:///opt/ml/x", "file:///jobs/a/opt/ml/x"),
    ],
)
def test_paths_under_the_mount_become_local(text: str, local: str) -> None:
    """Whatever names a path under /opt/ml names the job's own folder instead."""
    assert ROOT.local(text) == local


@pytest.mark.parametrize(
    "text", ["/opt/mlflow", "/data/opt/ml/x", "s3://opt/ml/x", "s3://bucket/opt/ml/x", "opt/ml"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    """What only looks like the mount is somebody else's path."""
    assert ROOT.local(text) == text


def test_every_instance_is_a_host() -> None:
    """Three instances are three names, of which this process has the first."""
    config = container.resource_config(
        {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 3}}
    )

    assert config["hosts"] == ["algo-1", "algo-2", "algo-3"]
    assert config["current_host"] == "algo-1"
    assert config["current_instance_type"] == "ml.m5.large"


def test_instance_groups_share_the_numbering() -> None:
    """The hosts of a heterogeneous cluster are numbered through all groups."""
    groups = [
        {"InstanceGroupName": "gpu", "InstanceType": "ml.g5.xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "cpu", "InstanceType": "ml.m5.large", "InstanceCount": 2},
    ]
    config = container.resource_config({"ResourceConfig": {"InstanceGroups": groups}})

    assert [group["hosts"] for group in config["instance_groups"]] == [
        ["algo-1"],
        ["algo-2", "algo-3"],
    ]
    assert config["current_group_name"] == "gpu"


def test_the_first_instance_preference_is_what_runs() -> None:
    """A list of preferences has the type and count of its first entry."""
    preferences = [{"InstanceType": "ml.a", "InstanceCount": 2}, {"InstanceType": "ml.b"}]
    config = container.resource_config({"ResourceConfig": {"InstancePreferences": preferences}})

    assert (config["current_instance_type"], len(config["hosts"])) == ("ml.a", 2)


def test_hyperparameters_are_strings_in_the_file_and_values_in_the_toolkit() -> None:
    """SageMaker hands strings over; its toolkit reads those that are JSON."""
    request = {
        "HyperParameters": {"epochs": "30", "name": "adam", "data": "/opt/ml/input"},
        "InputDataConfig": [{"ChannelName": "training"}],
    }
    hyperparameters = container.hyperparameters(request, ROOT)
    variables = toolkit_variables(TrainingJob("job", "arn", "us-east-1", request), ROOT, cpus=2)

    assert hyperparameters == {"epochs": "30", "name": "adam", "data": "/jobs/a/opt/ml/input"}
    assert variables["SM_HPS"] == '{"data":"/jobs/a/opt/ml/input","epochs":30,"name":"adam"}'
    assert variables["SM_HP_EPOCHS"] == "30"
    assert variables["SM_HP_NAME"] == "adam"
    assert variables["SM_CHANNELS"] == '["training"]'
    assert variables["SM_CHANNEL_TRAINING"] == "/jobs/a/opt/ml/input/data/training"
    assert variables["SM_MODEL_DIR"] == "/jobs/a/opt/ml/model"
    assert variables["SM_HOSTS"] == '["algo-1"]'
    assert variables["SM_NUM_GPUS"] == "0"
    assert variables["SM_USER_ARGS"].startswith('["--data","/jobs/a/opt/ml/input","--epochs"')


def test_image_without_entrypoint_is_refused_with_advice() -> None:
    """Images can't be run, and the reason says what to do instead."""
    with pytest.raises(
        CannotRunError, match=r"ContainerEntrypoint.*runs no images; say what to run"
    ):
        container.check({"AlgorithmSpecification": {"TrainingImage": "123.dkr.ecr/x"}})


@pytest.mark.parametrize("mode", ["Pipe", "FastFile"])
def test_other_input_modes_are_refused(mode: str) -> None:
    """A mode that isn't there is said, not replaced by another."""
    request = {
        "AlgorithmSpecification": {"ContainerEntrypoint": ["x"], "TrainingInputMode": mode},
        "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
    }

    with pytest.raises(CannotRunError, match=f"input mode File only, not {mode}"):
        container.check(request)


def test_failure_reason_is_within_the_apis_bound() -> None:
    """However much the failure file says, the exit code is still there at the end."""
    reason = container.failure_reason(1, "x" * 5000)

    assert len(reason) == 1024
    assert reason.startswith("AlgorithmError: xxx")
    assert reason.endswith(", exit code: 1")


def test_a_day_is_the_default_time_limit() -> None:
    """A request without a stopping condition has SageMaker's own."""
    assert container.max_runtime_seconds({}) == 86_400
    assert container.max_runtime_seconds({"StoppingCondition": {"MaxRuntimeInSeconds": 5.0}}) == 5
