"""Who may call the emulator: programs of this machine that have its key, or what stands for one.

- The server listens on a loopback address only, and its own name must be in the Host header: a web
  page of another site, or a name that others have bound to our address, is refused.
- A request is signed with the key of the data folder, or with one that STS issued (`sigv4.py`).
- Three things need no signature: `GET /_emulator/health`; STS's AssumeRoleWithWebIdentity, whose
  token must be a trusted one; and the queue page, which has its own access token (`page/auth.py`).

A body is held in memory only once its signature is checked; `connections.py` bounds its size
before.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from sjresource.emulator.controls.routes import PREFIX
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import body_sha256, host_name, with_body
from sjresource.emulator.server.sigv4 import claimed_signature, missing_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.emulator.protocol.http_messages import Request
    from sjresource.emulator.server.sigv4 import Authenticator
    from sjresource.emulator.services.sts import WebIdentities

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_UNSIGNED_ACTION: Final = "AssumeRoleWithWebIdentity"
_DEFAULT_REGION: Final = "us-east-1"
_MAX_UNSIGNED_BYTES: Final = 64 * 1024


def require_loopback(host: str) -> None:
    """Raise ValueError for an address that other machines reach: the emulator runs commands."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(
            f"starting Server ({host}): listens on a loopback address only; use 127.0.0.1"
        )


def require_own_site(headers: Mapping[str, str]) -> None:
    """Refuse web pages of other sites, and names that others have bound to our address."""
    host = headers.get("host", "")
    name = host_name(host)
    if name not in _LOOPBACK and not name.endswith(".localhost"):
        raise AWSError("AccessDeniedException", "the Host header does not name this machine", 403)
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        raise AWSError("AccessDeniedException", "the Origin header names another site", 403)


def is_health_check(head: Request) -> bool:
    """Return whether it is the request that anybody may make, as it reveals nothing."""
    return (head.method, head.target) == ("GET", f"{PREFIX}health")


class AllowedRequest(NamedTuple):
    """A request that its caller may make, with its body."""

    service: str
    region: str
    request: Request


@dataclass(frozen=True)
class Access:
    """Allows or refuses requests that come from this machine."""

    authenticator: Authenticator
    web_identities: WebIdentities

    def allow(self, head: Request, environ: dict[str, Any]) -> AllowedRequest:
        """Read the body of a request whose caller may make it.

        Raises:
            AWSError: the caller may not make it.
        """
        signature = claimed_signature(head)
        if signature is None:
            request = self._web_identity_request(head, environ)
            return AllowedRequest("sts", _DEFAULT_REGION, request)
        self.authenticator.verify(head, signature, body_sha256(environ))
        return AllowedRequest(signature.service, signature.region, with_body(head, environ))

    def _web_identity_request(self, head: Request, environ: dict[str, Any]) -> Request:
        """Allow AssumeRoleWithWebIdentity, which callers without a key make; refuse all others."""
        length = int(head.headers.get("content-length", "0"))
        if (head.method, head.target) != ("POST", "/") or length > _MAX_UNSIGNED_BYTES:
            raise missing_signature()
        request = with_body(head, environ)
        form = parse_qsl(request.body.decode("utf-8", "replace"))
        if [value for name, value in form if name == "Action"] != [_UNSIGNED_ACTION]:
            raise missing_signature()
        tokens = [value for name, value in form if name == "WebIdentityToken"]
        self.web_identities.require_trusted(tokens[0] if len(tokens) == 1 else "")
        return request
