"""One connection to an emulator that sends whatever it is told, signed, and quickly."""

from __future__ import annotations

import contextlib
import http.client
import urllib.parse
from typing import TYPE_CHECKING

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.emulator import Credentials

REGION = "us-east-1"


class SignedConnection:
    """Sends requests one after the other; `url` and `credentials` are an emulator's."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._netloc = urllib.parse.urlsplit(url).netloc
        self._url = url
        self._key = Key(credentials.aws_access_key_id, credentials.aws_secret_access_key)
        self._connection = http.client.HTTPConnection(self._netloc, timeout=60)

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        service: str = "batch",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Send a signed request; give status and body, 0 where the connection was cut."""
        given = {"Content-Type": "application/json", **(headers or {})}
        request = AWSRequest(method, self._url + path, given, body)
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        signer(self._key, service, REGION).add_auth(request)
        return self.raw(method, path, body, dict(request.headers.items()))

    def raw(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Send a request as it is."""
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            with contextlib.suppress(OSError):
                self._connection.close()
            return 0, b""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
