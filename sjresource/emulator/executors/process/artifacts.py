"""Downloads and uploads the data that a training job's request names.

The URIs are SageMaker's: `<S3OutputPath>/<training job>/output/model.tar.gz` and `output.tar.gz`.
SageMaker copies checkpoints to S3 continuously; here they are copied when the process has ended.
Failures are raised as CannotRunError, in SageMaker's words where those are known.
"""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from sjresource.emulator.executors.process import container, untrusted_files
from sjresource.emulator.executors.process.container import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_s3 import S3Client

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.container import Channel, ContainerRoot

_MOST_MANIFEST: Final = 16 * 1024 * 1024


def download_inputs(
    s3: S3Client, request: Mapping[str, Any], root: ContainerRoot, wanted: Callable[[], bool]
) -> None:
    """Download the channels, and the checkpoints of an earlier attempt if there was one.

    Stops early when `wanted` returns False.
    """
    for channel in container.channels(request, root):
        _download_channel(s3, channel, wanted)
    if request.get("CheckpointConfig"):
        folder = _checkpoints(request, root)
        _download_prefix(s3, request["CheckpointConfig"]["S3Uri"], folder, wanted)


def upload_checkpoints(s3: S3Client, request: Mapping[str, Any], root: ContainerRoot) -> None:
    """Upload the checkpoints for the next attempt, if the request has a CheckpointConfig."""
    if request.get("CheckpointConfig"):
        _upload_folder(s3, _checkpoints(request, root), request["CheckpointConfig"]["S3Uri"])


def upload_output(s3: S3Client, job: TrainingJob, root: ContainerRoot) -> None:
    """Upload output.tar.gz if the training code left anything in the output folder."""
    untrusted_files.require_folder(root.output, root.path, "the output folder")
    if any(root.output.iterdir()):
        _upload_archive(s3, root.output, f"{_output_path(job)}/output.tar.gz")


def upload_model(s3: S3Client, job: TrainingJob, root: ContainerRoot) -> str:
    """Upload the model, as model.tar.gz or uncompressed, and return its URI."""
    untrusted_files.require_folder(root.model, root.path, "the model folder")
    if job.request["OutputDataConfig"].get("CompressionType") == "NONE":
        uri = f"{_output_path(job)}/model/"
        _upload_folder(s3, root.model, uri)
    else:
        uri = f"{_output_path(job)}/model.tar.gz"
        _upload_archive(s3, root.model, uri)
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


def _download_channel(s3: S3Client, channel: Channel, wanted: Callable[[], bool]) -> None:
    """Download a channel's objects; CannotRunError if there are none.

    Stops between two objects when `wanted` returns False.
    """
    channel.folder.mkdir(parents=True)
    if channel.s3_data_type == "S3Prefix":
        found = _download_prefix(s3, channel.s3_uri, channel.folder, wanted)
    elif channel.s3_data_type == "ManifestFile":
        found = _download_manifest(s3, channel.s3_uri, channel.folder, wanted)
    else:
        raise CannotRunError(
            f"ClientError: channel {channel.name} has S3DataType {channel.s3_data_type}; "
            "the emulator has S3Prefix and ManifestFile"
        )
    if not found:
        raise CannotRunError(
            "ClientError: Data download failed: No S3 objects found under S3 URL "
            f'"{channel.s3_uri}" given in the input data source of channel {channel.name}'
        )


def _download_prefix(s3: S3Client, uri: str, folder: Path, wanted: Callable[[], bool]) -> int:
    """Download every object whose key begins with that of `uri`; return their number."""
    bucket, prefix = _parts(uri)
    names = {key: _below(prefix, key) for key in _keys(s3, bucket, prefix)}
    for key, name in names.items():
        if wanted():
            _download(s3, bucket, key, folder, name)
    return len(names)


def _upload_archive(s3: S3Client, folder: Path, uri: str) -> None:
    """Upload the content of `folder` to `uri`, as one tar.gz."""
    untrusted_files.regular_files(folder, uri)
    with tempfile.TemporaryFile() as archive:  # no name that training code could have taken
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, arcname=path.name, filter=_archived)
        archive.seek(0)
        _upload(s3, archive, uri)


def _upload_folder(s3: S3Client, folder: Path, uri: str) -> None:
    """Upload each file in `folder` under the prefix `uri`."""
    for path in untrusted_files.regular_files(folder, uri):
        with untrusted_files.open_regular(path) as body:
            _upload(s3, body, f"{uri.rstrip('/')}/{path.relative_to(folder).as_posix()}")


def _archived(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out pipes and devices; keep links as links."""
    return member if member.isreg() or member.isdir() or member.issym() else None


def _download_manifest(s3: S3Client, uri: str, folder: Path, wanted: Callable[[], bool]) -> int:
    bucket, key = _parts(uri)
    try:
        manifest = s3.get_object(Bucket=bucket, Key=key)["Body"].read(_MOST_MANIFEST + 1)
    except (BotoCoreError, ClientError) as error:
        raise _failed("Data download failed", uri, error) from error
    source, prefix, names = _read_manifest(manifest, uri)
    for name in names:
        if wanted():
            _download(s3, source, prefix + name, folder, name)
    return len(names)


def _read_manifest(manifest: bytes, uri: str) -> tuple[str, str, list[str]]:
    """Read a manifest: `[{"prefix": "s3://bucket/beginning"}, "name", ...]`."""
    if len(manifest) > _MOST_MANIFEST:
        raise CannotRunError(f"ClientError: {uri} is too large for a manifest")
    try:
        first, *names = json.loads(manifest)
        prefix = first["prefix"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CannotRunError(f"ClientError: {uri} is no manifest: {error}") from error
    if not all(isinstance(name, str) for name in [prefix, *names]):
        raise CannotRunError(f"ClientError: {uri} is no manifest: it has other things than text")
    return (*_parts(prefix), names)


def _parts(uri: str) -> tuple[str, str]:
    scheme, separator, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if (scheme, separator) != ("s3", "://") or not bucket:
        raise CannotRunError(f"ClientError: {uri} is no S3 URI (s3://bucket/key)")
    return bucket, key


def _keys(s3: S3Client, bucket: str, prefix: str) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        for page in pages:
            # Keys that end in a slash are what consoles show as empty folders.
            yield from (o["Key"] for o in page.get("Contents", ()) if not o["Key"].endswith("/"))
    except (BotoCoreError, ClientError) as error:
        raise _failed("Data download failed", f"s3://{bucket}/{prefix}", error) from error


def _below(prefix: str, key: str) -> str:
    # A prefix may be a folder (with its slash or without), a whole key, or the beginning of names.
    rest = key[len(prefix) :]
    if prefix.endswith("/") or rest.startswith("/"):
        return rest.lstrip("/")
    return key[prefix.rfind("/") + 1 :]


def _download(s3: S3Client, bucket: str, key: str, folder: Path, name: str) -> None:
    if ".." in PurePosixPath(name).parts or name.startswith("/") or "\0" in name:
        raise CannotRunError(
            f"ClientError: s3://{bucket}/{key} would be written outside its channel"
        )
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(s3.get_object(Bucket=bucket, Key=key)["Body"], file)
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        raise _failed("Data download failed", f"s3://{bucket}/{key}", error) from error


def _upload(s3: S3Client, body: IO[bytes], uri: str) -> None:
    bucket, key = _parts(uri)
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    except (BotoCoreError, ClientError) as error:
        raise _failed("Artifact upload failed", uri, error) from error


def _failed(what: str, uri: str, error: Exception) -> CannotRunError:
    return CannotRunError(f"ClientError: {what}: {uri}: {error}")
