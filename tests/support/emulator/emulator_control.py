"""An emulator's `/_emulator/` routes, called as a user would: over HTTP, signed."""

from __future__ import annotations

import json
import socket
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session


class EmulatorControl:
    """Faults, clock, rules and calls of the emulator at `url`."""

    def __init__(self, url: str, access_key: str, secret_key: str) -> None:
        self._url = url
        self._credentials = Credentials(access_key, secret_key)
        # One for all calls: its TLS settings cost 20 ms to make, and tests poll. Headers and body
        # go out apart: without NODELAY, as boto3's clients have it, a call takes 40 ms more.
        no_delay: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        self._session = URLLib3Session(socket_options=no_delay)

    def call(self, method: str, route: str, **body: Any) -> Any:
        """Call a route such as `faults`; a refusal is an AssertionError."""
        request = AWSRequest(method, f"{self._url}/_emulator/{route}", data=json.dumps(body))
        SigV4Auth(self._credentials, "batch", "us-east-1").add_auth(request)
        response = self._session.send(request.prepare())
        assert response.status_code == 200, response.text
        return json.loads(response.content)

    def fault(self, operation: str, kind: str, **more: Any) -> None:
        """Order a fault of one of the kinds in `sjresource.emulator.controls.faults`."""
        self.call("POST", "faults", operation=operation, kind=kind, **more)

    def advance(self, seconds: float) -> None:
        """Let time pass; on return all that fell due has happened."""
        self.call("POST", "clock", advance=seconds)

    def forget(self, job_id: str, action: str) -> None:
        """Let the record of an ended job `expire`, or a live job `vanish`."""
        self.call("POST", f"jobs/{job_id}", action=action)

    def calls(self) -> dict[str, int]:
        """Count the calls of each operation."""
        counts: dict[str, int] = self.call("GET", "calls")["counts"]
        return counts
