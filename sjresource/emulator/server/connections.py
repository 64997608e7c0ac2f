"""Extends waitress's connections: bounds on bodies by service, and what S3's clients need."""

from __future__ import annotations

import contextlib
import copy
import re
import socket
from typing import Any, Final

from waitress.parser import (  # type: ignore[import-untyped] # it has no types
    HTTPRequestParser,
    ParsingError,
)
from waitress.task import WSGITask  # type: ignore[import-untyped] # the same

from sjresource.emulator.protocol.errors import AWSError, error_response
from sjresource.emulator.protocol.http_messages import Request, target_of
from sjresource.emulator.server.sigv4 import claimed_service
from sjresource.emulator.store.damage import storage_problem
from sjresource.page.server import LocalChannel

_MEBIBYTE: Final = 1024 * 1024
MOST_BYTES: Final = {"": _MEBIBYTE, "logs": 16 * _MEBIBYTE, "s3": 1024 * _MEBIBYTE}
"""Of a body, by service; those without an entry have the first."""

_RECEIVED: Final = 16 * _MEBIBYTE
"""Bytes that are received, to the disk, before the signature is checked."""

_METADATA: Final = re.compile(rb"^X-Amz-Meta-[^:\r\n]*", re.MULTILINE)
_TOO_LARGE: Final = 413


class Task(WSGITask):  # type: ignore[misc] # it has no types
    """Keeps the names of S3's metadata in lower case; waitress would write `X-Amz-Meta-Key`."""

    def build_response_header(self) -> bytes:
        """Return the answer's headers."""
        header: bytes = super().build_response_header()
        return _METADATA.sub(lambda name: name.group().lower(), header)


class Parser(HTTPRequestParser):  # type: ignore[misc] # it has no types
    """Refuses large bodies before they are received, unless they are S3's and signed.

    `adj.admit` raises AWSError for an object that must not be received. Refusals are errors in the
    protocol of the service.
    """

    adj: Any
    error: Any
    path = ""  # waitress logs it when a client is gone, also before it was read
    _refusal: AWSError | None = None
    _service = ""

    def received(self, data: bytes) -> int:
        """Parse more of the request."""
        try:
            consumed: int = super().received(data)
        except OSError as error:  # of the disk to which bodies are spooled
            self._refusal = AWSError(
                "ServiceUnavailable", storage_problem(error) or "no body can be received now", 503
            )
            with contextlib.suppress(OSError):  # of what is still buffered
                self.close()
            self.body_rcv = None
            self.error, self.completed, consumed = self._refusal, True, len(data)
        if self.error is not None and not isinstance(self.error, _Refused):
            self.error = _Refused(self._refusal or _as_aws(self.error), self._service)
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the headers."""
        try:
            super().parse_header(header_plus)
            head = Request(self.command, target_of(self.request_uri), self._headers(), b"")
            self._service = claimed_service(head)
        except ValueError as error:  # a length of five thousand digits, a target that is no URL
            raise ParsingError(str(error)) from None
        self.adj = copy.copy(self.adj)
        self.adj.max_request_body_size = self._most(head) + 1

    def _most(self, head: Request) -> int:
        if self._service != "s3" or not (self.chunked or self.content_length > _RECEIVED):
            return _RECEIVED
        try:
            self.adj.admit(head)
        except AWSError as error:
            self._refusal = error
            return -1
        return MOST_BYTES["s3"]

    def _headers(self) -> dict[str, str]:
        return {name.replace("_", "-").lower(): value for name, value in self.headers.items()}


class _Refused:
    """An error with the interface that waitress expects."""

    def __init__(self, error: AWSError, service: str) -> None:
        self._error = error
        self._service = service

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        response = error_response(self._error, self._service)
        return response.status_line, list(response.headers.items()), response.body


def _as_aws(error: Any) -> AWSError:
    if error.code == _TOO_LARGE:
        message = "the request's body is larger than the emulator takes"
        return AWSError("RequestEntityTooLargeException", message, _TOO_LARGE)
    return AWSError("BadRequest", f"{error.reason}: {error.body}", error.code)


class EmulatorChannel(LocalChannel):
    """A connection that also serves requests with `Expect: 100-continue` and an empty body.

    boto3 sends them for an empty S3 object; waitress forgets that they are complete and waits for
    the body for ever.
    """

    task_class = Task
    parser_class = Parser

    def send_continue(self) -> None:
        """Send `100 Continue`."""
        completed = self.request.completed
        super().send_continue()
        self.request.completed = completed


def admit_all(_head: Request) -> None:
    """Accept every body within its bounds."""


def cut_connection(environ: dict[str, Any]) -> None:
    """Close the connection that `environ` came over, without a byte of an answer.

    WSGI has no means for this; waitress's own callable in the environment is a method of the
    channel.
    """
    channel = environ["waitress.client_disconnected"].__self__
    channel.socket.shutdown(socket.SHUT_RDWR)
