"""The web identity tokens that STS takes: those given at the start, and those issued here.

AssumeRoleWithWebIdentity is unsigned: its token is all that tells a caller who may have keys from
anybody else on the machine. On AWS an identity provider's signature does that.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.errors import AWSError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

LONGEST_SECONDS: Final = 604_800
_SHORTEST: Final = 16
"""A token that can be guessed protects nothing."""


class WebIdentities:
    """What is trusted; safe to use from several threads. `now` gives epoch seconds."""

    def __init__(self, trusted: Collection[str], now: Callable[[], float]) -> None:
        for token in trusted:
            if len(token) < _SHORTEST:
                raise ValueError(
                    "starting Emulator (web identities): a token must have at least "
                    f"{_SHORTEST} characters"
                )
        self._trusted = list(trusted)
        self._now = now
        self._issued: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self, seconds: float = 3600) -> str:
        """Return a new token, which is trusted for so long; after a restart it is not."""
        token = secrets.token_urlsafe(48)
        with self._lock:
            now = self._now()
            self._issued = {known: end for known, end in self._issued.items() if end > now}
            self._issued[token] = now + seconds
        return token

    def require_trusted(self, token: str) -> None:
        """Raise STS's AWSError for a token that is not trusted."""
        with self._lock:
            expiries = dict(self._issued)
        given = token.encode(errors="replace")
        known = [each for each in [*self._trusted, *expiries] if _same(each, given)]
        if not known:
            raise AWSError(
                "InvalidIdentityToken",
                "No OpenIDConnect provider found: the emulator trusts the tokens of "
                "--web-identity-token, and those of POST /_emulator/web-identities",
            )
        if expiries.get(known[0], float("inf")) <= self._now():
            raise AWSError("ExpiredTokenException", "The web identity token has expired")


def _same(known: str, given: bytes) -> bool:
    return hmac.compare_digest(known.encode(), given)
