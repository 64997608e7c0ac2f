"""The emulator's error answers, in the protocol of each service.

Batch itself has two, `ClientException` and `ServerException`; all others come from the checks
before it (signatures, hosts, bodies) and from injected faults.
"""

from __future__ import annotations

import http
import json
import uuid
from typing import Final

from sjresource.emulator.protocol.http_messages import Response
from sjresource.emulator.protocol.xml_text import escape

_QUERY_SERVICES: Final = frozenset({"iam", "sts"})


class AWSError(Exception):
    """An error answer: `code` is AWS's error code, `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class ClientException(AWSError):  # noqa: N818 - AWS's name
    """Batch's error for a mistake of the caller."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__("ClientException", message, status)


class ServerException(AWSError):  # noqa: N818 - AWS's name
    """Batch's error for a failure of the service."""

    def __init__(self, message: str) -> None:
        super().__init__("ServerException", message, 500)


def error_response(error: AWSError, service: str) -> Response:
    """Return `error` in the protocol of `service`; JSON for an unknown one."""
    if service == "s3":
        return _xml(error, f"<Error>{_code_and_message(error)}</Error>")
    if service in _QUERY_SERVICES:
        fault = "Sender" if error.status < http.HTTPStatus.INTERNAL_SERVER_ERROR else "Receiver"
        detail = f"<Error><Type>{fault}</Type>{_code_and_message(error)}</Error>"
        return _xml(error, f"<ErrorResponse>{detail}</ErrorResponse>")
    return _json(error)


def _code_and_message(error: AWSError) -> str:
    return f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"


def _xml(error: AWSError, document: str) -> Response:
    return Response(
        error.status,
        {"Content-Type": "text/xml"},
        f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode(),
    )


def _json(error: AWSError) -> Response:
    return Response(
        error.status,
        {
            "Content-Type": "application/json",
            "x-amzn-ErrorType": error.code,
            "x-amzn-RequestId": str(uuid.uuid4()),
        },
        json.dumps({"__type": error.code, "message": error.message}).encode(),
    )
