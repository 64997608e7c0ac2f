"""Who is let in: a browser of this machine that was given the page's URL, from the page itself.

The URL's token is given once for a cookie, so that it stands in no later request. Cookies know no
ports: the name tells one page on this machine from another. A name bound to our address by
somebody else's DNS is refused by its Host, another site's page by its Origin.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    Environ = Mapping[str, Any]

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OWN_SITES: Final = ("same-origin", "none")
"""Sec-Fetch-Site of what the page asks for, and of what a person opens."""


class Door:
    """Holds the secrets of one page, which end with its process."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        self._tickets: set[str] = set()

    def url(self, base: str) -> str:
        """Give the URL to open, whoever may see it may look."""
        return f"{base}/?token={self._token}"

    def url_for_once(self, base: str) -> str:
        """Give a URL that opens once: a browser's command line can be read by other users."""
        ticket = secrets.token_urlsafe(32)
        self._tickets.add(ticket)
        return f"{base}/?token={ticket}"

    def knows(self, environ: Environ) -> bool:
        """Tell whether the query holds a token; one that opens once is used up."""
        given = parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])[0]
        if _same(given, self._token):
            return True
        found = next((ticket for ticket in self._tickets if _same(given, ticket)), None)
        self._tickets.discard(found or "")
        return found is not None

    def cookie(self, environ: Environ) -> str:
        """Give the Set-Cookie header for who has shown the token."""
        name = _cookie_name(environ)
        return f"{name}={self._session}; Path=/; HttpOnly; SameSite=Strict"

    def has_cookie(self, environ: Environ) -> bool:
        """Tell whether a request carries the cookie.

        The cookies of this machine's other servers come too, and one that is not as it should be
        makes http.cookies drop all: ours is looked for by its name alone.
        """
        name = _cookie_name(environ)
        pairs = (each.strip().partition("=") for each in environ.get("HTTP_COOKIE", "").split(";"))
        return any(key == name and _same(value, self._session) for key, _, value in pairs)

    def refusal(self, environ: Environ) -> str | None:
        """Say why a request is refused whatever it carries; None if nothing is against it."""
        host = environ.get("HTTP_HOST", "")
        if not _is_loopback(host):
            return "the Host header does not name this machine"
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin != f"http://{host}":
            return "the Origin header names another site"
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") and origin is None:
            return "a change needs the Origin header of the page"
        return None

    def comes_from_elsewhere(self, environ: Environ) -> bool:
        """Tell whether a browser says that another site asks."""
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
