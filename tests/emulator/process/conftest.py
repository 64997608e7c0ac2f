from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import boto3
import pytest
from process_platform import Platform

from sjresource.emulator import Emulator
from sjresource.emulator.executors.process import ProcessExecutor
from sjresource.emulator.executors.process.process_group import Grace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def aws() -> Iterator[Emulator]:
    """The S3 and the logs of an emulator, whose Batch has nothing to do."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def platform(aws: Emulator, tmp_path: Path) -> Iterator[Platform]:
    """An executor with half a second of grace, and a bucket of its own."""
    session = boto3.Session(**vars(aws.credentials), region_name="us-east-1")
    executor = ProcessExecutor(
        tmp_path / "jobs", aws.url, aws.credentials, grace=Grace(stop=0.5, timeout=0.5)
    )
    platform = Platform(
        executor,
        session.client("s3", endpoint_url=aws.url),
        session.client("logs", endpoint_url=aws.url),
        bucket=f"test-{uuid.uuid4().hex[:12]}",
    )
    platform.s3.create_bucket(Bucket=platform.bucket)
    yield platform
    executor.close()
