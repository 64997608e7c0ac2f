"""An emulator in a process of its own, with one queue that has room for everything."""

from __future__ import annotations

import configparser
import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

REGION = "us-east-1"
_OPERATIONS = (
    "DescribeJobQueues",
    "DescribeServiceEnvironments",
    "DescribeServiceJob",
    "GetJobQueueSnapshot",
    "ListServiceJobs",
    "SubmitServiceJob",
    "TagResource",
    "TerminateServiceJob",
)
_SETTLING_SECONDS = 10
NO_DELAY: list[Any] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
"""As boto3's clients have it: headers and body go out apart, which else makes 40 ms of a call."""


class Cloud:
    """Where the measured programs submit; `environment` leads boto3 to it, and Pulumi too."""

    def __init__(self, folder: Path, running_seconds: float = 36_000) -> None:
        folder.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sjresource.emulator", "--data", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._process.stdout is None:
            raise TypeError("its output is a pipe")
        self.url = self._process.stdout.readline().strip()
        key = configparser.ConfigParser(interpolation=None)
        key.read(folder / "credentials")
        self._key: dict[str, Any] = dict(key["sjresource-emulator"])
        self.environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **{name.upper(): value for name, value in self._key.items()},
        }
        self._session = URLLib3Session(socket_options=NO_DELAY)
        self.batch: Any = boto3.client(
            "batch",
            region_name=REGION,
            endpoint_url=self.url,
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
            **self._key,
        )
        self.queue = self._make_queue()
        self.control("POST", "rules", script={"running": running_seconds})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def control(self, method: str, route: str, **body: Any) -> Any:
        """Call one of the emulator's own routes."""
        url = f"{self.url}/_emulator/{route}"
        request = AWSRequest(method, url, data=json.dumps(body).encode() if body else None)
        key = Credentials(self._key["aws_access_key_id"], self._key["aws_secret_access_key"])
        SigV4Auth(key, "batch", REGION).add_auth(request)
        answer = self._session.send(request.prepare())
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(answer.text)
        return json.loads(answer.content)

    def slow_down(self, seconds: float) -> None:
        """Let every call take so long, as if AWS were so far away."""
        for operation in _OPERATIONS if seconds else ():
            self.fault(operation, "delay", seconds=seconds)

    def fault(self, operation: str, kind: str, **more: Any) -> None:
        """Have every call of an operation meet a fault; of several, the oldest hits."""
        self.control("POST", "faults", operation=operation, kind=kind, count=None, **more)

    def make_role(self, name: str) -> None:
        """Have a role that SageMaker may take: its SDK looks it up."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = boto3.client("iam", region_name=REGION, endpoint_url=self.url, **self._key)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)

    def calls(self) -> dict[str, int]:
        """Count the calls since the last time, by operation."""
        counts: dict[str, int] = self.control("GET", "calls")["counts"]
        self.control("DELETE", "calls")
        return counts

    def _make_queue(self) -> str:
        limits = [{"maxCapacity": 100_000, "capacityUnit": "NUM_INSTANCES"}]
        environment = self.batch.create_service_environment(
            serviceEnvironmentName="room",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=limits,
        )["serviceEnvironmentArn"]
        self.control("POST", "clock", advance=_SETTLING_SECONDS)
        created = self.batch.create_job_queue(
            jobQueueName="training",
            jobQueueType="SAGEMAKER_TRAINING",
            priority=1,
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
        )
        self.control("POST", "clock", advance=_SETTLING_SECONDS)
        arn: str = created["jobQueueArn"]
        return arn
