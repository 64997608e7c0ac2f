"""Reads AWS signatures, version 4, and checks them by letting botocore's own signer sign again.

Refusals have AWS's codes. The clock is always the real one, since callers sign by theirs.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials as Key

from sjresource.emulator.protocol.errors import AWSError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.protocol.http_messages import Request
    from sjresource.emulator.store.credentials import Keyring

MAX_SKEW_SECONDS: Final = 900
"""AWS's tolerance for clocks, as S3's RequestTimeTooSkewed documents it."""

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
_SCOPE_PARTS: Final = 5  # key/date/region/service/aws4_request


@dataclass(frozen=True)
class Signature:
    """What a caller claims, not yet checked; `lifetime_seconds` is None but of a presigned URL."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str
    timestamp: str
    token: str | None
    lifetime_seconds: int | None = None


def claimed_service(request: Request) -> str:
    """Return the service that a signature is for, even if the rest is wrong; empty without one.

    A refusal is written in its protocol, and it bounds the body.
    """
    header = request.headers.get("authorization", "").partition("Credential=")[2].partition(",")[0]
    in_query = [value for name, value in request.query if name == "X-Amz-Credential"]
    scope = next(iter([header] * bool(header) + in_query), "").split("/")
    return scope[3] if len(scope) == _SCOPE_PARTS else ""


def claimed_signature(request: Request) -> Signature | None:
    """Read the signature of `request`, from its Authorization header or its query; None without.

    Raises:
        AWSError: IncompleteSignature, if it can't be read.
    """
    presigned = any(name == "X-Amz-Signature" for name, _ in request.query)
    if "authorization" in request.headers:
        if presigned:
            raise _incomplete("the request is signed twice, in a header and in its query")
        signature = _from_header(request)
    elif presigned:
        signature = _from_query(request)
    else:
        return None
    if "host" not in signature.signed_headers:
        raise _incomplete("'Host' must be a signed header")
    if not signature.timestamp.startswith(signature.date):
        raise _incomplete("X-Amz-Date is missing, or is another day than the credential's scope")
    return signature


def missing_signature() -> AWSError:
    """Return the refusal of a request that is not signed."""
    return AWSError(
        "MissingAuthenticationTokenException",
        "the request is not signed; use profile sjresource-emulator of DATA/credentials",
        403,
    )


class Authenticator:
    """Accepts or refuses requests by their signature."""

    def __init__(self, keyring: Keyring, now: Callable[[], float]) -> None:
        self._keyring = keyring
        self._now = now

    def verify(self, head: Request, signature: Signature, body_sha256: str) -> None:
        """Raise AWSError unless `signature` is right for `head` and a body of this digest."""
        self._verify_head(head, signature, body_sha256)
        _check_body(head, signature, body_sha256)

    def admit(self, head: Request) -> None:
        """Raise AWSError if a large object must not even be received.

        S3's signature can be checked before the body, since a header declares the body's digest.
        """
        signature = claimed_signature(head)
        if signature is None or signature.service != "s3":
            raise missing_signature()
        declared = head.headers.get("x-amz-content-sha256", "")
        if not declared and signature.lifetime_seconds is None:
            raise AWSError("InvalidRequest", "Missing required header: x-amz-content-sha256")
        self._verify_head(head, signature, declared)

    def _verify_head(self, request: Request, signature: Signature, body_sha256: str) -> None:
        """Check everything but that the body has the digest that was signed."""
        self._check_time(signature)
        secret = self._secret(signature)
        expected = _expected(request, signature, secret, body_sha256)
        if not hmac.compare_digest(expected, signature.value):
            raise _refused(
                signature,
                "the signature does not match; check the secret key and how the request was signed",
                "InvalidSignatureException",
                s3="SignatureDoesNotMatch",
                sts="SignatureDoesNotMatch",
            )

    def _check_time(self, signature: Signature) -> None:
        try:
            signed_at = dt.datetime.strptime(f"{signature.timestamp}+0000", "%Y%m%dT%H%M%SZ%z")
        except ValueError:
            raise _incomplete("the date of the signature can't be read") from None
        age = self._now() - signed_at.timestamp()
        allowed = signature.lifetime_seconds or MAX_SKEW_SECONDS
        if age > allowed or age < -MAX_SKEW_SECONDS:
            raise _refused(
                signature,
                "Signature expired: the request's time and the server's are too far apart",
                "InvalidSignatureException",
                s3="AccessDenied" if signature.lifetime_seconds else "RequestTimeTooSkewed",
            )

    def _secret(self, signature: Signature) -> str:
        secret = self._keyring.own_secret(signature.access_key_id)
        if secret is not None:
            return secret
        temporary = self._keyring.temporary(signature.access_key_id)
        if temporary is None or not hmac.compare_digest(
            temporary.session_token.encode(), (signature.token or "").encode()
        ):
            raise _refused(
                signature,
                "The security token included in the request is invalid",
                "UnrecognizedClientException",
                s3="InvalidAccessKeyId",
                sts="InvalidClientTokenId",
                iam="InvalidClientTokenId",
            )
        if temporary.expires_at <= self._now():
            raise _refused(
                signature,
                "The security token included in the request is expired",
                "ExpiredTokenException",
                **dict.fromkeys(("s3", "sts", "iam"), "ExpiredToken"),
            )
        return temporary.secret_access_key


class _ExactSigner(SigV4Auth):
    """Signs exactly the given headers: clients other than botocore sign others than it."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        signed = HTTPHeaders()
        for name in request.context["signed_headers"]:
            signed[name] = request.headers.get(name, "")
        return signed


class _ExactS3Signer(_ExactSigner, S3SigV4Auth):
    """For S3, where paths are not normalized."""


def _expected(request: Request, signature: Signature, secret: str, body_sha256: str) -> str:
    signer = _ExactS3Signer if signature.service == "s3" else _ExactSigner
    auth = signer(Key(signature.access_key_id, secret), signature.service, signature.region)
    target = request.target
    headers = dict(request.headers)
    headers.setdefault("x-amz-content-sha256", body_sha256)
    if signature.lifetime_seconds is not None:
        target = _without_signature(target)
        headers["x-amz-content-sha256"] = (
            "UNSIGNED-PAYLOAD" if signature.service == "s3" else body_sha256
        )
    signed = AWSRequest(request.method, f"http://host{target}", headers, b"")
    signed.context["timestamp"] = signature.timestamp
    signed.context["signed_headers"] = signature.signed_headers
    to_sign = auth.string_to_sign(signed, auth.canonical_request(signed))
    return str(auth.signature(to_sign, signed))


def _check_body(request: Request, signature: Signature, body_sha256: str) -> None:
    claimed = request.headers.get("x-amz-content-sha256")
    if claimed is None or signature.lifetime_seconds is not None:
        return  # the body's hash was part of the signature, or was left out by presigning
    unsigned = claimed == "UNSIGNED-PAYLOAD" or claimed.startswith("STREAMING-")
    if unsigned and signature.service == "s3":
        return  # S3's forms that leave the body to the transport; the headers are signed
    if body_sha256 != claimed:
        message = "the body is not the one that was signed"
        code = "InvalidSignatureException"
        raise _refused(signature, message, code, s3="XAmzContentSHA256Mismatch")


def _without_signature(target: str) -> str:
    parts = urlsplit(f"http://host{target}")
    query = parse_qsl(parts.query, keep_blank_values=True)
    pairs = [pair for pair in query if pair[0] != "X-Amz-Signature"]
    return parts.path + "?" + urlencode(pairs, quote_via=quote, safe="-_.~")


def _refused(signature: Signature, message: str, code: str, **codes: str) -> AWSError:
    """Return a refusal with the code of the signature's service, or else with `code`."""
    return AWSError(codes.get(signature.service, code), message, 403)


def _from_header(request: Request) -> Signature:
    match = _HEADER.fullmatch(request.headers["authorization"].strip())
    if match is None:
        raise _incomplete("the Authorization header is not a complete AWS4-HMAC-SHA256 signature")
    key, date, region, service, names, value = match.groups()
    return Signature(
        key, date, region, service, tuple(names.lower().split(";")), value,
        request.headers.get("x-amz-date", ""),
        request.headers.get("x-amz-security-token"),
    )  # fmt: skip


def _from_query(request: Request) -> Signature:
    pairs = [pair for pair in request.query if pair[0] in _IN_QUERY]
    query = dict(pairs)
    if len(query) != len(pairs):
        raise _incomplete("the presigned URL has a part of its signature twice")
    scope = query.get("X-Amz-Credential", "").split("/")
    if len(scope) != _SCOPE_PARTS or not _VALUE.fullmatch(query["X-Amz-Signature"]):
        raise _incomplete("the presigned URL lacks part of its signature")
    key, date, region, service, _ = scope
    return Signature(
        key, date, region, service,
        tuple(query.get("X-Amz-SignedHeaders", "").lower().split(";")),
        query["X-Amz-Signature"],
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Security-Token"),
        _lifetime(query.get("X-Amz-Expires", "")),
    )  # fmt: skip


def _lifetime(text: str) -> int:
    seconds = int(text) if _LIFETIME.fullmatch(text) else 0
    if not 1 <= seconds <= _LONGEST_LIFETIME:
        raise AWSError(
            "AuthorizationQueryParametersError",
            f"X-Amz-Expires must be seconds, from 1 to {_LONGEST_LIFETIME}",
        )
    return seconds


def _incomplete(message: str) -> AWSError:
    return AWSError("IncompleteSignatureException", message, 403)
