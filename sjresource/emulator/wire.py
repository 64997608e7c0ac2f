"""HTTP requests and responses as plain values, and their way from and to WSGI.

Nothing here knows AWS. The target of a request stays as it arrived, still percent-encoded:
signatures and ARNs in paths depend on it.
"""

from __future__ import annotations

import http
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Request:
    """What a caller sent; header names are lower case, `target` is path and query as sent."""

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
    """What goes back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def status_line(self) -> str:
        """The status as WSGI wants it."""
        try:
            phrase = http.HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        return f"{self.status} {phrase}"


def json_response(answer: Any, status: int = 200) -> Response:
    """Write a JSON value as a response."""
    body = json.dumps(answer).encode()
    return Response(status, {"Content-Type": "application/json"}, body)


def read_request(environ: Mapping[str, Any]) -> Request:
    """Read a WSGI environment, the body included."""
    return Request(
        method=environ["REQUEST_METHOD"],
        target=_target(environ),
        headers=read_headers(environ),
        body=environ["wsgi.input"].read(),
    )


def read_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of a WSGI environment."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _target(environ: Mapping[str, Any]) -> str:
    raw: str = environ["REQUEST_URI"]
    if raw.startswith("/"):
        return raw
    parts = urlsplit(raw)  # a proxy's absolute form
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
