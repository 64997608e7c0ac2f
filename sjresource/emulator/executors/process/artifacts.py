"""Downloads and uploads the data that a training job's request names.

The URIs are SageMaker's: `<S3OutputPath>/<training job>/output/model.tar.gz` and `output.tar.gz`.
SageMaker copies checkpoints to S3 continuously; here they are copied when the process has ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjresource.emulator.executors.process import container, s3_transfer, untrusted_files
from sjresource.emulator.executors.process.container import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_s3 import S3Client

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.container import ContainerRoot


def download_inputs(
    s3: S3Client, request: Mapping[str, Any], root: ContainerRoot, wanted: Callable[[], bool]
) -> None:
    """Download the channels, and the checkpoints of an earlier attempt if there was one.

    Stops early when `wanted` returns False.
    """
    for channel in container.channels(request, root):
        s3_transfer.download_channel(s3, channel, wanted)
    if request.get("CheckpointConfig"):
        folder = _checkpoints(request, root)
        s3_transfer.download_prefix(s3, request["CheckpointConfig"]["S3Uri"], folder, wanted)


def upload_checkpoints(s3: S3Client, request: Mapping[str, Any], root: ContainerRoot) -> None:
    """Upload the checkpoints for the next attempt, if the request has a CheckpointConfig."""
    if request.get("CheckpointConfig"):
        s3_transfer.upload_folder(
            s3, _checkpoints(request, root), request["CheckpointConfig"]["S3Uri"]
        )


def upload_output(s3: S3Client, job: TrainingJob, root: ContainerRoot) -> None:
    """Upload output.tar.gz if the training code left anything in the output folder."""
    untrusted_files.require_folder(root.output, root.path, "the output folder")
    if any(root.output.iterdir()):
        s3_transfer.upload_archive(s3, root.output, f"{_output_path(job)}/output.tar.gz")


def upload_model(s3: S3Client, job: TrainingJob, root: ContainerRoot) -> str:
    """Upload the model, as model.tar.gz or uncompressed, and return its URI."""
    untrusted_files.require_folder(root.model, root.path, "the model folder")
    if job.request["OutputDataConfig"].get("CompressionType") == "NONE":
        uri = f"{_output_path(job)}/model/"
        s3_transfer.upload_folder(s3, root.model, uri)
    else:
        uri = f"{_output_path(job)}/model.tar.gz"
        s3_transfer.upload_archive(s3, root.model, uri)
    return uri


def _output_path(job: TrainingJob) -> str:
    return f"{job.request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job.name}/output"


def _checkpoints(request: Mapping[str, Any], root: ContainerRoot) -> Path:
    path = request["CheckpointConfig"].get("LocalPath") or "/opt/ml/checkpoints"
    folder = Path(root.local(path))
    noun = f"CheckpointConfig.LocalPath, which is {path},"
    if "\0" in path or not folder.is_relative_to(root.path):
        raise CannotRunError(f"ClientError: {noun} must lie under /opt/ml here")
    untrusted_files.require_inside(folder, root.mount, noun)
    untrusted_files.require_folder(folder, root.path, noun)
    return folder
