from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple

import boto3
import pytest
from process_platform import Platform

from sjresource.emulator import Emulator
from sjresource.emulator.executors.process import ProcessExecutor
from sjresource.emulator.executors.process.process_group import Grace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client


class Clients(NamedTuple):
    """Of somebody beside the jobs."""

    s3: S3Client
    logs: CloudWatchLogsClient


@pytest.fixture(scope="session")
def aws() -> Iterator[Emulator]:
    """The S3 and the logs of an emulator, whose Batch has nothing to do."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def clients(aws: Emulator) -> Clients:
    """Made once: each takes a tenth of a second."""
    session = boto3.Session(**vars(aws.credentials), region_name="us-east-1")
    return Clients(
        session.client("s3", endpoint_url=aws.url), session.client("logs", endpoint_url=aws.url)
    )


@pytest.fixture
def platform(aws: Emulator, clients: Clients, tmp_path: Path) -> Iterator[Platform]:
    """An executor with half a second of grace, and a bucket of its own."""
    executor = ProcessExecutor(
        tmp_path / "jobs", aws.url, aws.credentials, grace=Grace(stop=0.5, timeout=0.5)
    )
    platform = Platform(
        executor,
        *clients,
        bucket=f"test-{uuid.uuid4().hex[:12]}",
    )
    platform.s3.create_bucket(Bucket=platform.bucket)
    yield platform
    executor.close()
