"""The SageMaker Python SDK's queue client works against the emulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def make_queue_and_role(emulator: Emulator) -> None:
    """Make what the SDK's trainer needs: a queue with room for two, and a role."""
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
    iam = client(emulator, "iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):  # moto's state is the process's
        iam.create_role(RoleName="training", AssumeRolePolicyDocument=json.dumps(trust))


def run(emulator: Emulator, folder: Path, program: str, *arguments: str) -> dict[str, Any]:
    """Run one of the programs beside this file with the SDK's interpreter; give what it printed."""
    ended = subprocess.run(
        [str(PYTHON), str(HERE / program), *arguments],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
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
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said


def test_the_sdk_submits_lists_waits_and_terminates(emulator: Emulator, tmp_path: Path) -> None:
    """A job is submitted and waited for, another one terminated, and both are told of rightly."""
    make_queue_and_role(emulator)
    slow = {"job_name": "slow", "script": {"running": 3600}}
    control(emulator.url, emulator.credentials, "POST", "rules", slow)

    said = run(emulator, tmp_path, "sagemaker_queue_program.py")

    assert said == {
        "waited": "SUCCEEDED",
        "trainer": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
        "ended": ["FAILED", "enough"],
        "listed": ["quick"],
    }


def test_a_trainers_payload_is_what_the_sdks_queue_submits(
    emulator: Emulator, tmp_path: Path
) -> None:
    """But for the name, which the SDK makes up anew each time."""
    make_queue_and_role(emulator)
    ours = [path for path in sys.path if path.endswith("site-packages")]
    said = run(emulator, tmp_path, "model_trainer_program.py", str(HERE.parents[2]), *ours)

    submitted = client(emulator, "batch").describe_service_job(jobId=said["theirs"])
    theirs = json.loads(submitted["serviceRequestPayload"])
    assert theirs.pop("TrainingJobName").startswith("queued-")
    assert said["ours"] == theirs
    assert said["ours"]["HyperParameters"] == {"epochs": "3", "name": "text"}
