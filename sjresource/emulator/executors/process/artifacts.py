"""What a training job's request says of its data: what comes from where, what goes where.

The places are SageMaker's: `<S3OutputPath>/<training job>/output/model.tar.gz` and `output.tar.gz`.
SageMaker copies checkpoints to S3 all the time; here they are copied when the process has ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjresource.emulator.executors.process import contract, left_files, storage
from sjresource.emulator.executors.process.contract import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_s3 import S3Client

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.contract import Tree


def download_inputs(
    s3: S3Client, request: Mapping[str, Any], tree: Tree, wanted: Callable[[], bool]
) -> None:
    """Fill the channels' folders, and the checkpoints' from an earlier attempt if there was one.

    Ends early when it is not `wanted` any more.
    """
    for channel in contract.channels(request, tree):
        storage.download_channel(s3, channel, wanted)
    if request.get("CheckpointConfig"):
        folder = _checkpoints(request, tree)
        storage.download_prefix(s3, request["CheckpointConfig"]["S3Uri"], folder, wanted)


def upload_checkpoints(s3: S3Client, request: Mapping[str, Any], tree: Tree) -> None:
    """Write the checkpoints, if the request wants them kept, for the next attempt."""
    if request.get("CheckpointConfig"):
        storage.upload_folder(s3, _checkpoints(request, tree), request["CheckpointConfig"]["S3Uri"])


def upload_output(s3: S3Client, job: TrainingJob, tree: Tree) -> None:
    """Write output.tar.gz if the training code left anything in the output folder."""
    left_files.require_folder(tree.output, tree.root, "the output folder")
    if any(tree.output.iterdir()):
        storage.upload_archive(s3, tree.output, f"{_output_path(job)}/output.tar.gz")


def upload_model(s3: S3Client, job: TrainingJob, tree: Tree) -> str:
    """Write the model, as model.tar.gz or as it is, and give its URI."""
    left_files.require_folder(tree.model, tree.root, "the model folder")
    if job.request["OutputDataConfig"].get("CompressionType") == "NONE":
        uri = f"{_output_path(job)}/model/"
        storage.upload_folder(s3, tree.model, uri)
    else:
        uri = f"{_output_path(job)}/model.tar.gz"
        storage.upload_archive(s3, tree.model, uri)
    return uri


def _output_path(job: TrainingJob) -> str:
    return f"{job.request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job.name}/output"


def _checkpoints(request: Mapping[str, Any], tree: Tree) -> Path:
    path = request["CheckpointConfig"].get("LocalPath") or "/opt/ml/checkpoints"
    folder = Path(tree.local(path))
    said = f"CheckpointConfig.LocalPath, which is {path},"
    if "\0" in path or not folder.is_relative_to(tree.root):
        raise CannotRunError(f"ClientError: {said} must lie under /opt/ml here")
    left_files.require_inside(folder, tree.mount, said)
    left_files.require_folder(folder, tree.root, said)
    return folder
