"""HTTP requests and responses as plain values, and their conversion from and to WSGI.

The target of a request stays as it arrived, still percent-encoded: signatures and ARNs in paths
depend on it.
"""

from __future__ import annotations

import hashlib
import http
import json
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True)
class Request:
    """A request; header names are lower case, `target` is path and query as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The path alone, still percent-encoded."""
        return urlsplit(f"http://host{self.target}").path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, decoded."""
        return parse_qsl(urlsplit(f"http://host{self.target}").query, keep_blank_values=True)


@dataclass(frozen=True)
class Response:
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def status_line(self) -> str:
        """The status line, as WSGI expects it."""
        try:
            phrase = http.HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        return f"{self.status} {phrase}"


def json_response(answer: Any, status: int = 200) -> Response:
    """Return a response with a JSON value."""
    body = json.dumps(answer).encode()
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid.uuid4())}
    return Response(status, headers, body)


def read_head(environ: Mapping[str, Any]) -> Request:
    """Return the request of a WSGI environment without its body.

    Raises:
        ValueError: the target is no URL.
    """
    return Request(
        method=environ["REQUEST_METHOD"],
        target=target_of(environ["REQUEST_URI"]),
        headers=_headers(environ),
        body=b"",
    )


def body_sha256(environ: Mapping[str, Any]) -> str:
    """Return the digest of the body, without holding the body in memory."""
    body, digest = environ["wsgi.input"], hashlib.sha256()
    while chunk := body.read(_CHUNK):
        digest.update(chunk)
    body.seek(0)
    return digest.hexdigest()


def with_body(head: Request, environ: Mapping[str, Any]) -> Request:
    """Return the request with its body."""
    return replace(head, body=environ["wsgi.input"].read())


def host_name(netloc: str) -> str:
    """Return the host name in a Host header; empty if there is none."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def target_of(raw: str) -> str:
    """Return path and query of a request line's target; ValueError for one that is no URL."""
    if raw.startswith("/"):
        return raw
    parts = urlsplit(raw)  # a proxy's absolute form
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
