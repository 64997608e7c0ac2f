"""Training code and requests that mean no good: each ends with a reason, and nothing leaves."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from hostile_values import HostileDice

from sjresource.emulator.executors.interface import TrainingJob
from sjresource.emulator.executors.process import container
from sjresource.emulator.executors.process.container import (
    CannotRunError,
    Channel,
    ContainerRoot,
    channels,
)
from sjresource.emulator.executors.process.metrics import MetricScanner
from sjresource.emulator.executors.process.preparation import toolkit_variables
from sjresource.emulator.lifecycle.payload import problem_with, training_request
from sjresource.emulator.protocol.sagemaker_model import request_shape
from sjresource.emulator.protocol.shapes import type_problems

if TYPE_CHECKING:
    from pathlib import Path

    from process_platform import Platform


def reason(platform: Platform, script: str = "", **request: Any) -> str:
    """Run a job that fails, and give its reason."""
    ended = platform.run(script, **request)
    assert ended.outcome is not None
    assert ended.outcome.status == "Failed"
    return ended.outcome.failure_reason or ""


def reasons(platform: Platform, jobs: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Run jobs that fail, all at once; give their reasons."""
    names = {
        what: platform.start(name=f"job-{number}", **{"script": "", **job})
        for number, (what, job) in enumerate(jobs.items())
    }
    outcomes = {what: platform.outcome(name).outcome for what, name in names.items()}
    assert {each and each.status for each in outcomes.values()} == {"Failed"}
    return {what: each.failure_reason or "" for what, each in outcomes.items() if each}


def test_checkpoints_stay_in_the_jobs_folder(platform: Platform) -> None:
    """A path that leads out of it fails the job before anything is written."""
    uri = f"s3://{platform.bucket}/c"
    paths = ["/opt/ml/../../../../tmp/o", "/opt/ml/..", "/tmp/o", "opt/ml", "/opt/ml/\0"]  # noqa: S108 - to be refused
    told = reasons(
        platform, {path: {"CheckpointConfig": {"S3Uri": uri, "LocalPath": path}} for path in paths}
    )

    assert [path for path, said in told.items() if "CheckpointConfig.LocalPath" not in said] == []


def test_links_are_not_followed(platform: Platform, tmp_path: Path) -> None:
    """Neither a model file by file, nor checkpoints, hold what a link leads to."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("hush")
    script = f"""
import os
os.symlink({str(secret / "key")!r}, os.environ["SM_MODEL_DIR"] + "/key")
os.symlink({str(secret)!r}, os.environ["SM_MODEL_DIR"] + "/folder")
os.mkfifo(os.environ["SM_MODEL_DIR"] + "/pipe")
open(os.environ["SM_MODEL_DIR"] + "/weights", "w").write("1")
os.rmdir("opt/ml/checkpoints")
os.symlink({str(secret)!r}, "opt/ml/checkpoints")
"""
    output = {"S3OutputPath": f"s3://{platform.bucket}/out", "CompressionType": "NONE"}
    said = reason(
        platform,
        script,
        OutputDataConfig=output,
        CheckpointConfig={"S3Uri": f"s3://{platform.bucket}/c"},
    )
    assert "leads out of the job's folder" in said

    ended = platform.run(script, name="second", OutputDataConfig=output)
    assert ended.outcome is not None
    assert ended.outcome.status == "Failed"  # there are no checkpoints to remove
    ended = platform.run(script.partition("os.rmdir")[0], name="third", OutputDataConfig=output)
    assert ended.outcome is not None
    assert ended.outcome.status == "Completed"
    assert [key.rpartition("/")[2] for key in platform.objects()] == ["weights"]


def test_a_model_archive_has_no_pipes_and_takes_no_name(platform: Platform, tmp_path: Path) -> None:
    """A pipe would be read for ever, and a link in the archive's place would be written through."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    script = f"""
import os
os.mkfifo(os.environ["SM_MODEL_DIR"] + "/pipe")
os.symlink({str(mine)!r}, os.path.dirname(os.environ["SM_MODEL_DIR"]) + "/model.tar.gz")
open(os.environ["SM_MODEL_DIR"] + "/weights", "w").write("1")
"""
    ended = platform.run(script)

    assert ended.outcome is not None
    assert ended.outcome.model_artifacts is not None
    assert platform.archive(ended.outcome.model_artifacts) == {"weights": "1"}
    assert mine.read_text() == "mine"


def test_a_model_that_is_too_large_is_not_read(platform: Platform) -> None:
    """A sparse file of a terabyte takes no time and no disk."""
    script = 'import os; os.truncate(os.open(os.environ["SM_MODEL_DIR"] + "/w", 66, 384), 2**40)'

    assert "is too large" in reason(platform, script)


def test_only_the_beginning_of_a_regular_failure_file_is_read(platform: Platform) -> None:
    """A pipe, a device or a link says nothing, and the job ends all the same."""
    ways = {
        "os.mkfifo(path)": "",
        "os.symlink('/dev/zero', path)": "",
        "os.symlink('/etc/passwd', path)": "",
        "os.mkdir(path)": "",
        "open(path, 'w').write('why'); os.truncate(path, 300_000_000)": "why\0",
    }
    script = 'import os, sys; path = "opt/ml/output/failure"; {}; sys.exit(3)'
    told = reasons(platform, {way: {"script": script.format(way)} for way in ways})

    for way, said in told.items():
        assert said.startswith(f"AlgorithmError: {ways[way]}")
        assert said.endswith(", exit code: 3")
        assert len(said) <= 1024


def test_a_folder_that_is_none_any_more_is_said(platform: Platform) -> None:
    """Training code may put a file in its place."""
    script = 'import shutil; shutil.rmtree("{0}"); open("{0}", "w").close()'
    folders = ["opt/ml/model", "opt/ml/output/data", "opt/ml"]
    told = reasons(platform, {folder: {"script": script.format(folder)} for folder in folders})

    assert {folder: said for folder, said in told.items() if "is no folder" not in said} == {}


def test_what_no_process_can_be_given_is_said(platform: Platform) -> None:
    """NUL and names with an equals sign are a reason, and not an error of the emulator."""
    told = reasons(
        platform,
        {
            "value": {"Environment": {"A": "a\0b"}},
            "name": {"Environment": {"A=B": "c"}},
            "hyperparameter": {"HyperParameters": {"a\0b": "c"}},
            "argument": {"AlgorithmSpecification": {"ContainerArguments": ["\0"]}},
        },
    )

    assert {what: said for what, said in told.items() if "can't be given to a" not in said} == {}


def test_odd_manifests_are_said(platform: Platform) -> None:
    """Whatever a manifest holds, the job says what is wrong with it."""
    manifests = [
        *("{", "[]", "{}", "[5]", '[{"prefix": 5}]', "[" * 100_000),
        '[{"prefix": "s3://b/"}, 5]',
        '[{"prefix": "http://b/"}]',
        '[{"prefix": "s3://BUCKET/"}, "a", "a/b"]',
        '[{"prefix": "s3://BUCKET/"}, "a\\u0000"]',
        '[{"prefix": "s3://BUCKET/"}, "../a"]',
    ]
    for key in ("a", "a/b"):
        platform.put(key, "1")
    for number, manifest in enumerate(manifests):
        platform.put(f"m/{number}", manifest.replace("BUCKET", platform.bucket))
    told = reasons(
        platform,
        {
            manifest: {"InputDataConfig": [platform.channel("train", f"m/{n}", "ManifestFile")]}
            for n, manifest in enumerate(manifests)
        },
    )

    assert {what: said for what, said in told.items() if not said.startswith("ClientError: ")} == {}


@pytest.mark.parametrize("names", [["a", "a"], [".."], ["../../x"], ["a\0"], [""], ["/x"]])
def test_channels_are_folders_of_the_job(names: list[str], tmp_path: Path) -> None:
    """Each has one name, which leads nowhere else."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/"}}
    request = {"InputDataConfig": [{"ChannelName": name, "DataSource": source} for name in names]}

    with pytest.raises(CannotRunError, match="hannel"):
        _: list[Channel] = channels(request, ContainerRoot(tmp_path))


@pytest.mark.parametrize(
    "wrong",
    [
        {"AlgorithmSpecification": []},
        {"AlgorithmSpecification": {"ContainerEntrypoint": "python3"}},
        {"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "a", "Regex": 5}]}},
        {"InputDataConfig": {"a": 1}},
        {"OutputDataConfig": ["s3://b"]},
        {"Environment": {"A": 1}},
        {"HyperParameters": [1]},
        {"StoppingCondition": {"MaxRuntimeInSeconds": "x"}},
        {"StoppingCondition": {"MaxRuntimeInSeconds": 2**40}},
        {"CheckpointConfig": "s3://b"},
        {"CheckpointConfig": {"LocalPath": "/opt/ml/checkpoints"}},
        {"InputDataConfig": [{"DataSource": {}}]},
        {"AlgorithmSpecification": {"TrainingInputMode": "File", "MetricDefinitions": [{}]}},
    ],
)
def test_a_request_of_other_types_is_refused_as_by_sagemaker(wrong: dict[str, Any]) -> None:
    """Before anything starts, with the path."""
    request = {
        "OutputDataConfig": {"S3OutputPath": "s3://b/"},
        "RoleArn": "arn:aws:iam::123456789012:role/x",
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }

    assert problem_with(request) is None
    said = problem_with({**request, **wrong}) or ""
    assert said.startswith(f"ValidationException: {next(iter(wrong))}")


def test_whatever_sagemaker_would_take_is_run_or_said(tmp_path: Path) -> None:
    """Of three hundred drawn requests each has a command and variables, or a reason.

    Bounds and forms, which SageMaker checks too, are no protection that the executor stands on.
    """
    dice, taken = HostileDice(7), 0
    for _ in range(300):
        request = training_request(dice.payload(), "job")
        if next(type_problems(request_shape("CreateTrainingJob"), request), None) is None:
            taken += 1
            with contextlib.suppress(CannotRunError):
                _put_in_order(
                    TrainingJob("job", "arn", "us-east-1", request), ContainerRoot(tmp_path)
                )

    assert taken > 30


def _put_in_order(job: TrainingJob, root: ContainerRoot) -> None:
    container.check(job.request)
    MetricScanner(job.request["AlgorithmSpecification"].get("MetricDefinitions", ()))
    resources = container.resource_config(job.request)
    toolkit_variables(job, root, cpus=1)
    assert container.command(job.request, root)
    assert container.variables(job, root)
    assert len(resources["hosts"]) <= container.MOST_INSTANCES
    assert channels(job.request, root) is not None
    assert container.max_runtime_seconds(job.request) is not None


def test_instances_are_bounded() -> None:
    """Two thousand million names of hosts would fill the memory."""
    request = {
        "AlgorithmSpecification": {"ContainerEntrypoint": ["x"]},
        "OutputDataConfig": {"S3OutputPath": "s3://b"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2**31 - 1},
    }

    with pytest.raises(CannotRunError, match="more than 1000 instances"):
        container.check(request)


@pytest.mark.timeout(60)
def test_a_backtracking_pattern_stops_nobody(platform: Platform) -> None:
    """The job's line is searched, its end comes, and the note about another stands in its log."""
    metrics = [
        {"Name": "slow", "Regex": "(a+)+$"},
        {"Name": "python", "Regex": r"(?<=loss=)(\d+)"},
        {"Name": "loss", "Regex": r"loss=(\d+)"},
    ]
    ended = platform.run(
        'print("a" * 60_000 + "b"); print("loss=5")',
        AlgorithmSpecification={"MetricDefinitions": metrics},
    )

    assert [(metric.name, metric.value) for metric in ended.metrics] == [("loss", 5.0)]
    assert platform.logged()[0].startswith("[emulator] metric python is not looked for")


def test_a_stop_ends_a_download(platform: Platform) -> None:
    """Between two objects, however many there are."""
    for number in range(150):
        platform.put(f"many/{number}", "x")
    name = platform.start("", InputDataConfig=[platform.channel("train", "many/")])
    platform.reaches(name, "Downloading")
    platform.executor.stop(name)
    ended = platform.outcome(name)

    assert ended.outcome is not None
    assert ended.outcome.status == "Stopped"
