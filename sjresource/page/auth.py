"""Lets in the browser of this machine that was given the page's URL, and no other site's page.

The URL's token is exchanged for a cookie, so that no later request contains it. Browsers send a
cookie to every port of a host, so the port is in its name. A foreign DNS name for our address is
refused by its Host header, another site's page by its Origin header.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    Environ = Mapping[str, Any]

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OWN_SITES: Final = ("same-origin", "none")
"""Sec-Fetch-Site of what the page asks for, and of what a person opens."""

_COOKIE_SECONDS: Final = 30 * 86_400


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class PageSecrets:
    """What lets a browser in: the URL's token, and the cookie that it is exchanged for."""

    token: str = field(default_factory=_new_secret, repr=False)
    session: str = field(default_factory=_new_secret, repr=False)


class TokenAuth:
    """The token and the cookie of one page.

    Without `kept`, secrets that are there again after a restart, they are valid as long as the
    process, and the browser drops the cookie when it ends; else it has the cookie for a month.
    """

    def __init__(self, kept: PageSecrets | None = None) -> None:
        own = kept or PageSecrets()
        self._token, self._session = own.token, own.session
        self._lasting = f"; Max-Age={_COOKIE_SECONDS}" if kept else ""
        self._tickets: set[str] = set()

    def url(self, base: str) -> str:
        """Return the page's URL with its access token."""
        return f"{base}/?token={self._token}"

    def one_time_url(self, base: str) -> str:
        """Return a URL that works once: other users can read a browser's command line."""
        ticket = secrets.token_urlsafe(32)
        self._tickets.add(ticket)
        return f"{base}/?token={ticket}"

    def accepts_token(self, environ: Environ) -> bool:
        """Return whether the query has a valid token; a one-time token is used up."""
        given = parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])[0]
        if _same(given, self._token):
            return True
        found = next((ticket for ticket in self._tickets if _same(given, ticket)), None)
        self._tickets.discard(found or "")
        return found is not None

    def cookie(self, environ: Environ) -> str:
        """Return the Set-Cookie header for a browser that has sent the token."""
        name = _cookie_name(environ)
        return f"{name}={self._session}; Path=/; HttpOnly; SameSite=Strict{self._lasting}"

    def has_cookie(self, environ: Environ) -> bool:
        """Return whether a request has the cookie.

        The cookies of this machine's other servers come too, and a malformed one makes http.cookies
        drop all: so ours is searched for by name.
        """
        name = _cookie_name(environ)
        pairs = (each.strip().partition("=") for each in environ.get("HTTP_COOKIE", "").split(";"))
        return any(key == name and _same(value, self._session) for key, _, value in pairs)

    def refusal(self, environ: Environ) -> str | None:
        """Return why a request is refused, whatever its cookie; None if it isn't."""
        host = environ.get("HTTP_HOST", "")
        if not _is_loopback(host):
            return "the Host header does not name this machine"
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin != f"http://{host}":
            return "the Origin header names another site"
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") and origin is None:
            return "a change needs the Origin header of the page"
        return None

    def is_cross_site(self, environ: Environ) -> bool:
        """Return whether the browser says that another site makes the request."""
        return environ.get("HTTP_SEC_FETCH_SITE", "none") not in _OWN_SITES


def _is_loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False


def _cookie_name(environ: Environ) -> str:
    port = environ.get("HTTP_HOST", "").rpartition(":")[2]
    return f"sjresource-{port}" if port.isdecimal() else "sjresource"


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())
