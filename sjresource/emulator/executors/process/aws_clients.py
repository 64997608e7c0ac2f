"""How a training job reaches AWS: clients and variables for the emulator's endpoint alone."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader, create_loader

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client

    from sjresource.emulator.store.credentials import Credentials

# No proxy that the environment may name: the endpoint is on loopback.
_CONFIG: Final = Config(connect_timeout=5, retries={"mode": "standard"}, proxies={})


class AwsClients:
    """Creates each client when it is first needed; clients are safe to share between threads."""

    def __init__(self, endpoint_url: str, credentials: Credentials) -> None:
        self._endpoint_url = endpoint_url
        self._credentials = credentials
        self._lock = threading.Lock()  # a boto3 session may not be used by two threads at once
        underlying = botocore.session.Session()
        underlying.register_component("data_loader", _models())
        self._session = boto3.Session(
            aws_access_key_id=credentials.aws_access_key_id,
            aws_secret_access_key=credentials.aws_secret_access_key,
            botocore_session=underlying,
        )
        self._clients: dict[tuple[str, str], Any] = {}

    def s3(self, region: str) -> S3Client:
        """Return the region's S3 client."""
        client: S3Client = self._client("s3", region)
        return client

    def logs(self, region: str) -> CloudWatchLogsClient:
        """Return the region's CloudWatch Logs client."""
        client: CloudWatchLogsClient = self._client("logs", region)
        return client

    def variables(self, region: str) -> dict[str, str]:
        """Return the variables by which boto3 in the training code finds the emulator only."""
        return {
            "AWS_ENDPOINT_URL": self._endpoint_url,
            "AWS_ACCESS_KEY_ID": self._credentials.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": self._credentials.aws_secret_access_key,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }

    def _client(self, service: Any, region: str) -> Any:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.client(
                    service, region, endpoint_url=self._endpoint_url, config=_CONFIG
                )
            return self._clients[service, region]


@cache
def _models() -> Loader:
    """Return what reads botocore's models, once a process: S3's is a tenth of a second."""
    return create_loader()
