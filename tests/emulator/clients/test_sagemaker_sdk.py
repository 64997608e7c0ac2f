"""The SageMaker Python SDK's queue client works against the emulator."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from emulator_requests import client, control

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PYTHON = HERE.parents[2] / ".clients" / "sagemaker-train" / "bin" / "python"
pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="python tests/emulator/clients/prepare.py sagemaker-train brings the SDK",
)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """Serve with a credentials file, in real time."""
    with Emulator(tmp_path, clock=Clock()) as serving:
        yield serving


def test_the_sdk_submits_lists_waits_and_terminates(emulator: Emulator, tmp_path: Path) -> None:
    """A job is submitted and waited for, another one terminated, and both are told of rightly."""
    batch = client(emulator, "batch")
    batch.create_service_environment(
        serviceEnvironmentName="env",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}],
    )
    emulator.clock.advance(1)
    batch.create_job_queue(
        jobQueueName="queue",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "env"}],
    )
    emulator.clock.advance(1)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    client(emulator, "iam").create_role(
        RoleName="training", AssumeRolePolicyDocument=json.dumps(trust)
    )
    slow = {"job_name": "slow", "script": {"running": 3600}}
    control(emulator.url, emulator.credentials, "POST", "rules", slow)

    ended = subprocess.run(
        [str(PYTHON), str(HERE / "sagemaker_queue_program.py")],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
            "AWS_PROFILE": "sjresource-emulator",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": emulator.url,
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == {
        "waited": "SUCCEEDED",
        "trainer": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
        "ended": ["FAILED", "enough"],
        "listed": ["quick"],
    }
