"""Reads AWS signatures, version 4, from the Authorization header or from a presigned URL.

What is read is only claimed; `authentication.py` checks it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.errors import AWSError

if TYPE_CHECKING:
    from sjresource.emulator.protocol.http_messages import Request

_HEADER: Final = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^,/]+)/(\d{8})/([^,/]+)/([^,/]+)/aws4_request, *"
    r"SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})",
    re.ASCII,
)
_VALUE: Final = re.compile("[0-9a-f]{64}")
_LIFETIME: Final = re.compile("[0-9]{1,6}")
_LONGEST_LIFETIME: Final = 604_800
"""Seconds; AWS presigns for a week at most."""

_IN_QUERY: Final = (
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
    "X-Amz-Signature", "X-Amz-Security-Token",
)  # fmt: skip
_MUST_BE_SIGNED: Final = frozenset({"host"})
_SCOPE_PARTS: Final = 5  # key/date/region/service/aws4_request


@dataclass(frozen=True)
class Signature:
    """What a caller claims, not yet believed; `lifetime_seconds` is that of a presigned URL."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str
    timestamp: str
    token: str | None
    lifetime_seconds: int | None = None


def claimed_signature(request: Request) -> Signature | None:
    """Read the signature of `request`, None where there is none.

    Raises AWSError (IncompleteSignature) for one that can't be read.
    """
    presigned = any(name == "X-Amz-Signature" for name, _ in request.query)
    if "authorization" not in request.headers:
        return _from_query(request) if presigned else None
    if presigned:
        raise incomplete("the request is signed twice, in a header and in its query")
    return _from_header(request)


def _from_header(request: Request) -> Signature:
    match = _HEADER.fullmatch(request.headers["authorization"].strip())
    if match is None:
        raise incomplete("the Authorization header is not a complete AWS4-HMAC-SHA256 signature")
    key, date, region, service, names, value = match.groups()
    signed_headers = tuple(names.lower().split(";"))
    if not _MUST_BE_SIGNED.issubset(signed_headers):
        raise incomplete("'Host' must be a signed header")
    timestamp = request.headers.get("x-amz-date", "")
    if not timestamp.startswith(date):
        raise incomplete("X-Amz-Date is missing, or is another day than the credential's scope")
    return Signature(
        key, date, region, service, signed_headers, value, timestamp,
        request.headers.get("x-amz-security-token"),
    )  # fmt: skip


def _from_query(request: Request) -> Signature:
    pairs = [pair for pair in request.query if pair[0] in _IN_QUERY]
    query = dict(pairs)
    if len(query) != len(pairs):
        raise incomplete("the presigned URL has a part of its signature twice")
    scope = query.get("X-Amz-Credential", "").split("/")
    if len(scope) != _SCOPE_PARTS or not _VALUE.fullmatch(query["X-Amz-Signature"]):
        raise incomplete("the presigned URL lacks part of its signature")
    key, date, region, service, _ = scope
    if not query.get("X-Amz-Date", "").startswith(date):
        raise incomplete("X-Amz-Date is missing, or is another day than the credential's scope")
    return Signature(
        key, date, region, service,
        _signed_in_query(query.get("X-Amz-SignedHeaders", "")),
        query["X-Amz-Signature"],
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Security-Token"),
        _lifetime(query.get("X-Amz-Expires", "")),
    )  # fmt: skip


def _signed_in_query(names: str) -> tuple[str, ...]:
    signed = tuple(names.lower().split(";"))
    if not _MUST_BE_SIGNED.issubset(signed):
        raise incomplete("'Host' must be a signed header")
    return signed


def _lifetime(text: str) -> int:
    seconds = int(text) if _LIFETIME.fullmatch(text) else 0
    if not 1 <= seconds <= _LONGEST_LIFETIME:
        raise AWSError(
            "AuthorizationQueryParametersError",
            f"X-Amz-Expires must be seconds, from 1 to {_LONGEST_LIFETIME}",
        )
    return seconds


def claimed_service(request: Request) -> str:
    """Return the service that a signature is for, whatever else is wrong with it; empty for none.

    A refusal speaks its protocol, and it bounds the body.
    """
    header = request.headers.get("authorization", "").partition("Credential=")[2].partition(",")[0]
    in_query = [value for name, value in request.query if name == "X-Amz-Credential"]
    scope = next(iter([header] * bool(header) + in_query), "").split("/")
    return scope[3] if len(scope) == _SCOPE_PARTS else ""


def incomplete(message: str) -> AWSError:
    """Make the refusal of a signature that can't be read."""
    return AWSError("IncompleteSignatureException", message, 403)


def missing() -> AWSError:
    """Make the refusal of a request that is not signed."""
    return AWSError(
        "MissingAuthenticationTokenException",
        "the request is not signed; use profile sjresource-emulator of DATA/credentials",
        403,
    )
