"""How a training job and those who run it reach AWS: by the emulator's endpoint and key alone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Protocol

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client

# No proxy that the environment may name: the endpoint is on loopback.
_CONFIG: Final = Config(connect_timeout=5, retries={"mode": "standard"}, proxies={})


class Credentials(Protocol):
    """A key pair."""

    @property
    def aws_access_key_id(self) -> str:
        """The key's name."""

    @property
    def aws_secret_access_key(self) -> str:
        """Its secret."""


class AwsAccess:
    """Clients, each made when first needed and safe to share, and variables for training code."""

    def __init__(self, endpoint_url: str, credentials: Credentials) -> None:
        self._endpoint_url = endpoint_url
        self._credentials = credentials
        self._lock = threading.Lock()  # a boto3 session may not be used by two threads at once
        self._session = boto3.Session(
            aws_access_key_id=credentials.aws_access_key_id,
            aws_secret_access_key=credentials.aws_secret_access_key,
        )
        self._s3: dict[str, S3Client] = {}
        self._logs: dict[str, CloudWatchLogsClient] = {}

    def s3(self, region: str) -> S3Client:
        """Give the region's S3 client."""
        with self._lock:
            if region not in self._s3:
                self._s3[region] = self._session.client(
                    "s3", region, endpoint_url=self._endpoint_url, config=_CONFIG
                )
            return self._s3[region]

    def logs(self, region: str) -> CloudWatchLogsClient:
        """Give the region's CloudWatch Logs client."""
        with self._lock:
            if region not in self._logs:
                self._logs[region] = self._session.client(
                    "logs", region, endpoint_url=self._endpoint_url, config=_CONFIG
                )
            return self._logs[region]

    def variables(self, region: str) -> dict[str, str]:
        """Give what makes boto3 in the training code find the emulator, and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self._endpoint_url,
            "AWS_ACCESS_KEY_ID": self._credentials.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": self._credentials.aws_secret_access_key,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }
