"""STS: decides who gets credentials without a key, and lets the issued ones be accepted.

AssumeRoleWithWebIdentity is unsigned: only its token distinguishes callers who may have keys from
all others on the machine. On AWS an identity provider's signature does that.
"""

from __future__ import annotations

import datetime as dt
import hmac
import math
import secrets
import threading
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.store.credentials import TemporaryCredentials

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sjresource.emulator.protocol.http_messages import Response
    from sjresource.emulator.store.credentials import Keyring

LONGEST_VALIDITY: Final = 604_800
"""Of a token, in seconds: a week."""

_SHORTEST: Final = 16
"""A token that can be guessed protects nothing."""


class WebIdentities:
    """The trusted tokens: those given at the start, and those issued here; thread-safe."""

    def __init__(self, trusted: Collection[str], now: Callable[[], float]) -> None:
        for token in trusted:
            if len(token) < _SHORTEST:
                raise ValueError(
                    "starting Emulator (web identities): a token must have at least "
                    f"{_SHORTEST} characters"
                )
        self._expiries = dict.fromkeys(trusted, math.inf)
        self._now = now
        self._lock = threading.Lock()

    def issue(self, seconds: float = 3600) -> str:
        """Return a new token, which is trusted for `seconds`, but not after a restart."""
        token = secrets.token_urlsafe(48)
        with self._lock:
            now = self._now()
            self._expiries = {known: end for known, end in self._expiries.items() if end > now}
            self._expiries[token] = now + seconds
        return token

    def require_trusted(self, token: str) -> None:
        """Raise STS's AWSError for a token that is not trusted."""
        with self._lock:
            expiries = list(self._expiries.items())
        given = token.encode(errors="replace")
        ends = [end for known, end in expiries if hmac.compare_digest(known.encode(), given)]
        if not ends:
            raise AWSError(
                "InvalidIdentityToken",
                "No OpenIDConnect provider found: the emulator trusts the tokens of "
                "--web-identity-token, and those of POST /_emulator/web-identities",
            )
        if ends[0] <= self._now():
            raise AWSError("ExpiredTokenException", "The web identity token has expired")


def accept_issued(response: Response, keyring: Keyring) -> None:
    """Add the credentials of an answer of STS to `keyring`, if it has any.

    Raises:
        AWSError: the answer is no XML, since moto repeats what it was asked.
    """
    if b"<SecretAccessKey>" not in response.body:
        return
    try:
        answer = ET.fromstring(response.body)  # noqa: S314 - moto has just written it
    except ET.ParseError:
        message = "a name or an ARN has characters that XML can't have"
        raise AWSError("ValidationError", message) from None
    members = {each.tag.rpartition("}")[2]: each.text or "" for each in answer.iter()}
    keyring.issue(
        TemporaryCredentials(
            access_key_id=members["AccessKeyId"],
            secret_access_key=members["SecretAccessKey"],
            session_token=members["SessionToken"],
            expires_at=_moment(members["Expiration"]),
        )
    )


def _moment(text: str) -> float:
    """Return a timestamp of AWS in epoch seconds; Python 3.10 can't read its Z."""
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).timestamp()
