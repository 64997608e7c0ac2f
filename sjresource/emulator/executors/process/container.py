"""What SageMaker's container contract gives a training job: folders, a command, variables.

Pure: values in, values out. Sources:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
A process has no file system of its own, so `/opt/ml` becomes a path under the job's folder wherever
the request mentions it; code that has the path built in doesn't find it. However many instances the
request names, one process runs: the first host's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sjresource.emulator.executors.interface import TrainingJob

HOST: Final = "algo-1"
_MOUNT: Final = re.compile(r"(?<![\w.-])(?<!s3:/)/opt/ml(?![\w.-])")


MOST_INSTANCES: Final = 1000
_CHANNEL: Final = re.compile("[A-Za-z0-9._-]{1,64}")


class CannotRunError(Exception):
    """A training job that can't run; its text is the FailureReason."""


@dataclass(frozen=True)
class Channel:
    """One input channel: what to download into `folder`."""

    name: str
    s3_data_type: str
    s3_uri: str
    folder: Path


class ContainerRoot:
    """The job's folder, which stands for the root of the container's file system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = path / "tmp"
        self.mount = path / "opt/ml"
        self.config = self.mount / "input/config"
        self.data = self.mount / "input/data"  # with a folder for each channel
        self.model = self.mount / "model"  # becomes model.tar.gz
        self.output = self.mount / "output/data"  # becomes output.tar.gz
        self.failure = self.mount / "output/failure"  # the file in which code may write its error

    def local(self, text: str) -> str:
        """Return `text` with every path under /opt/ml moved below this root."""
        return _MOUNT.sub(lambda found: f"{self.path}{found[0]}", text)


def check(request: Mapping[str, Any]) -> None:
    """Raise CannotRunError, with what to do, if a process can't run this container's job."""
    algorithm = request.get("AlgorithmSpecification", {})
    if not algorithm.get("ContainerEntrypoint"):
        raise CannotRunError(
            "ClientError: AlgorithmSpecification has no ContainerEntrypoint, and this emulator "
            "runs no images; say what to run, for instance "
            '["python3", "/opt/ml/input/data/code/train.py"], or use --executor simulated'
        )
    if not request.get("OutputDataConfig", {}).get("S3OutputPath"):
        raise CannotRunError("ClientError: no OutputDataConfig.S3OutputPath, where the model goes")
    _check_channels(request)
    if sum(len(group["hosts"]) for group in _groups(request)) > MOST_INSTANCES:
        raise CannotRunError(
            f"ClientError: ResourceConfig names more than {MOST_INSTANCES} instances, which is the "
            "most for which this emulator writes a resourceconfig.json"
        )
    modes = [algorithm.get("TrainingInputMode")]
    modes += [channel.get("InputMode") for channel in request.get("InputDataConfig", ())]
    for mode in filter(None, modes):
        if mode != "File":
            raise CannotRunError(f"ClientError: this emulator has input mode File only, not {mode}")


def command(request: Mapping[str, Any], root: ContainerRoot) -> list[str]:
    """Return the entrypoint and its arguments."""
    algorithm = request["AlgorithmSpecification"]
    words = [*algorithm["ContainerEntrypoint"], *algorithm.get("ContainerArguments", ())]
    return [root.local(str(word)) for word in words]


def variables(job: TrainingJob, root: ContainerRoot) -> dict[str, str]:
    """Return the request's Environment, and the variables that SageMaker always sets."""
    own = {k: root.local(str(v)) for k, v in job.request.get("Environment", {}).items()}
    return own | {"TRAINING_JOB_NAME": job.name, "TRAINING_JOB_ARN": job.arn}


def hyperparameters(request: Mapping[str, Any], root: ContainerRoot) -> dict[str, str]:
    """Return the content of hyperparameters.json: every value is a string."""
    return {k: root.local(str(v)) for k, v in request.get("HyperParameters", {}).items()}


def resource_config(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of resourceconfig.json: all hosts, of which this is the first."""
    groups = [
        {**group, "hosts": [f"algo-{number}" for number in group["hosts"]]}
        for group in _groups(request)
    ]
    return {
        "current_host": HOST,
        "current_instance_type": groups[0]["instance_type"],
        "current_group_name": groups[0]["instance_group_name"],
        "hosts": sorted(host for group in groups for host in group["hosts"]),
        "instance_groups": groups,
        "network_interface_name": "lo",
    }


def _groups(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the instance groups, with the numbers of their hosts as ranges."""
    resources = request.get("ResourceConfig", {})
    selected = (resources.get("InstancePreferences") or [{}])[0]
    homogeneous = {**resources, **selected, "InstanceGroupName": "homogeneousCluster"}
    groups, hosts = [], 0
    for group in resources.get("InstanceGroups") or [homogeneous]:
        first, hosts = hosts + 1, hosts + max(0, int(group.get("InstanceCount", 1)))
        groups.append(
            {
                "instance_group_name": group.get("InstanceGroupName"),
                "instance_type": group.get("InstanceType"),
                "hosts": range(first, hosts + 1),
            }
        )
    return groups


def input_data_config(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of inputdataconfig.json: how each channel is delivered."""
    return {
        channel["ChannelName"]: {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": channel.get("RecordWrapperType", "None"),
            **({"ContentType": channel["ContentType"]} if "ContentType" in channel else {}),
        }
        for channel in request.get("InputDataConfig", ())
    }


def channels(request: Mapping[str, Any], root: ContainerRoot) -> list[Channel]:
    """Return what to download; CannotRunError for a data source that isn't S3.

    Each channel gets a folder of its name.
    """
    found: list[Channel] = []
    _check_channels(request)
    for channel in request.get("InputDataConfig", ()):
        name = channel["ChannelName"]
        source = channel.get("DataSource", {}).get("S3DataSource")
        if source is None:
            raise CannotRunError(
                f"ClientError: channel {name} has no S3DataSource; the emulator has S3 only"
            )
        found.append(Channel(name, source["S3DataType"], source["S3Uri"], root.data / name))
    return found


def _check_channels(request: Mapping[str, Any]) -> None:
    names: set[str] = set()
    for channel in request.get("InputDataConfig", ()):
        name = channel["ChannelName"]
        if not _CHANNEL.fullmatch(name) or name in (".", ".."):
            raise CannotRunError(f"ClientError: {name!r} is no ChannelName")
        if name in names:
            raise CannotRunError(f"ClientError: the channel {name} is there twice")
        names.add(name)


def max_runtime_seconds(request: Mapping[str, Any]) -> int:
    """Return how long the process may run; a day by default, as with SageMaker."""
    return int(request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86_400))


def failure_reason(exit_code: int, failure: str) -> str:
    """Return SageMaker's FailureReason, at most 1024 characters, from the failure file's text."""
    ending = f", exit code: {exit_code}"
    return f"AlgorithmError: {failure}"[: 1024 - len(ending)] + ending
