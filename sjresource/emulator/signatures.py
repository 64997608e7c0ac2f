"""Reads AWS signatures, version 4, from the Authorization header or from a presigned URL.

What is read is only claimed; `authentication.py` checks it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sjresource.emulator.errors import AWSError

if TYPE_CHECKING:
    from sjresource.emulator.wire import Request

_HEADER: Final = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^,/]+)/(\d{8})/([^,/]+)/([^,/]+)/aws4_request, *"
    r"SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})"
)
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
    if "authorization" in request.headers:
        return _from_header(request)
    if "X-Amz-Signature=" in request.target:
        return _from_query(request)
    return None


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
    query = dict(request.query)
    scope = query.get("X-Amz-Credential", "").split("/")
    lifetime = query.get("X-Amz-Expires", "")
    if len(scope) != _SCOPE_PARTS or not lifetime.isdigit():
        raise incomplete("the presigned URL lacks part of its signature")
    key, date, region, service, _ = scope
    return Signature(
        key, date, region, service,
        tuple(query.get("X-Amz-SignedHeaders", "").split(";")),
        query["X-Amz-Signature"],
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Security-Token"),
        int(lifetime),
    )  # fmt: skip


def incomplete(message: str) -> AWSError:
    """Make the refusal of a signature that can't be read."""
    return AWSError("IncompleteSignatureException", message, 403)
