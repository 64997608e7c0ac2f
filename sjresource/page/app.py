"""The page's routes as a WSGI application: static files, JSON, and the controls.

Every request needs a Host and an Origin of this machine, and all but the first one the cookie.
Browsers cache no answer, frame none, and run only scripts and styles that are files of this page.
"""

from __future__ import annotations

import json
import logging
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import parse_qs

from sjresource.page.auth import TokenAuth
from sjresource.page.overview import Overview
from sjresource.page.source import SourceError
from sjresource.sanitize import sanitized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.page.auth import PageSecrets
    from sjresource.page.source import DataSource

    Environ = dict[str, Any]

PREFIX: Final = "/_page/"
_LOG: Final = logging.getLogger(__name__)
_MOST_BYTES: Final = 64 * 1024
_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_PLAIN: Final = "text/plain; charset=utf-8"
_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")),
        *(f"{what} 'none'" for what in ("base-uri", "form-action", "frame-ancestors")),
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
_HEADERS: Final = [
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]
_ENTER: Final = (
    '<!doctype html><meta charset="utf-8"><title>sjresource</title>'
    '<link rel="icon" href="/_page/icon.svg"><script src="/_page/enter.js"></script>'
    '<noscript><meta http-equiv="refresh" content="0; url=/"></noscript>'
)
"""After a redirect the browser would still make a request of the site that had the link, and so
without the cookie. The script keeps what stands behind the link's #."""


class Controls(Protocol):
    """What a page may change."""

    def answer(self, method: str, route: str, body: bytes) -> tuple[int, bytes]:
        """Execute a request; return an HTTP status and JSON."""


class Reply(NamedTuple):
    """A response."""

    status: int
    kind: str
    body: bytes
    cookie: str | None = None


class PageApp:
    """Serves the page; without `controls` it is read-only. `kept` are secrets that outlive it."""

    def __init__(
        self,
        source: DataSource,
        controls: Controls | None = None,
        kept: PageSecrets | None = None,
    ) -> None:
        self.auth = TokenAuth(kept)
        self._overview = Overview(source)
        self._controls = controls
        self._files = _static_files()

    @staticmethod
    def owns(environ: Mapping[str, Any]) -> bool:
        """Return whether a request is for the page, where AWS's services have the same address.

        S3's ListBuckets is at `/` too; clients sign it, and don't accept HTML.
        """
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if "HTTP_AUTHORIZATION" in environ or "X-Amz-" in query:
            return False
        if path == "/" and environ["REQUEST_METHOD"] == "GET":
            wants_html = "text/html" in environ.get("HTTP_ACCEPT", "") and not query
            return query.startswith("token=") or wants_html
        return str(path).startswith(PREFIX)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request; never raises."""
        try:
            reply = self._answer(environ)
        except Exception:  # noqa: BLE001 - whatever it was, the server goes on
            _LOG.exception("answering the page: an unexpected error")
            reply = _error(500, "an unexpected error; the log has it")
        headers = [
            *_HEADERS,
            ("Content-Type", reply.kind),
            ("Content-Length", str(len(reply.body))),
        ]
        if reply.cookie is not None:
            headers.append(("Set-Cookie", reply.cookie))
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else reply.body]

    def _answer(self, environ: Environ) -> Reply:
        refusal = self.auth.refusal(environ)
        if refusal is not None:
            return _error(403, refusal)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == "/" and self.auth.accepts_token(environ):
            return Reply(200, _TYPES["html"], _ENTER.encode(), self.auth.cookie(environ))
        if not self.auth.has_cookie(environ) or self.auth.is_cross_site(environ):
            where = "" if self._controls is None else "; `sjresource emulator status` prints it"
            message = f"open the page by the URL with its token{where}"
            return Reply(403, _PLAIN, message.encode()) if path == "/" else _error(403, message)
        if path.startswith(f"{PREFIX}controls/"):
            return self._control(environ, path.removeprefix(f"{PREFIX}controls/"))
        if method not in ("GET", "HEAD"):
            return _error(405, "only GET and HEAD are allowed")
        return self._read(path, parse_qs(environ.get("QUERY_STRING", "")))

    def _read(self, path: str, query: Mapping[str, list[str]]) -> Reply:
        name = "index.html" if path == "/" else path.removeprefix(PREFIX)
        if name in self._files:
            return Reply(200, _TYPES[name.rpartition(".")[2]], self._files[name])
        if name == "overview":
            shown = self._overview.since(query.get("since", [""])[0])
            return _json({**shown, "controls": self._controls is not None})
        if name == "rows":
            return _json({"rows": self._overview.rows(query.get("job", []))})
        if name == "job":
            return self._job(query.get("job", [""])[0])
        return _error(404, "there is no such page")

    def _job(self, arn: str) -> Reply:
        try:
            job = self._overview.job(arn)
        except SourceError as error:
            return _error(502, str(error))
        return _error(404, "there is no such job any more") if job is None else _json(job)

    def _control(self, environ: Environ, route: str) -> Reply:
        if self._controls is None:
            return _error(404, "nothing can be changed from here")
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            return _error(413, "the request is too large")
        body = environ["wsgi.input"].read(int(length))
        status, answer = self._controls.answer(environ["REQUEST_METHOD"], route, body)
        return Reply(status, "application/json", answer)


@cache
def _static_files() -> Mapping[str, bytes]:
    """Return all files below `static` by their paths there; read once in a process."""
    found = {}
    folders = [("", resources.files("sjresource.page").joinpath("static"))]
    while folders:
        path, folder = folders.pop()
        for file in folder.iterdir():
            if file.is_dir():
                folders.append((f"{path}{file.name}/", file))
            elif file.name.rpartition(".")[2] in _TYPES:
                found[path + file.name] = file.read_bytes()
    return found


def _json(answer: Any, status: int = 200) -> Reply:
    """Reply with what others have written made harmless: a text may, say, run backwards."""
    return Reply(status, "application/json", json.dumps(sanitized(answer)).encode())


def _error(status: int, message: str) -> Reply:
    return _json({"message": message}, status)
