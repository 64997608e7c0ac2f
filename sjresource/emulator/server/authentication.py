"""Checks AWS signatures, version 4, by having botocore's own signer compute them again.

Owns the refusals, with AWS's codes. It does not know which operation is called, and it always uses
the real clock: callers sign by theirs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials as Key

from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.server.signatures import claimed_signature, incomplete, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.protocol.http_messages import Request
    from sjresource.emulator.server.signatures import Signature
    from sjresource.emulator.store.credentials import Keyring

MAX_SKEW_SECONDS: Final = 900
"""AWS's tolerance for clocks, as S3's RequestTimeTooSkewed documents it."""


class Authenticator:
    """Lets requests in, or refuses them, by their signature."""

    def __init__(self, keyring: Keyring, now: Callable[[], float]) -> None:
        self._keyring = keyring
        self._now = now

    def verify(
        self, request: Request, signature: Signature, body_sha256: str | None = None
    ) -> None:
        """Return if `signature` is right for `request`, else raise AWSError with AWS's code.

        `body_sha256` is that of a body which is not in `request` yet.
        """
        digest = body_sha256 or hashlib.sha256(request.body).hexdigest()
        self.verify_head(request, signature, digest)
        _check_body(request, signature, digest)

    def admit(self, head: Request) -> None:
        """Raise AWSError if a large object is not even to be received.

        S3's signature can be checked before the body: the headers declare the body's digest.
        """
        signature = claimed_signature(head)
        if signature is None or signature.service != "s3":
            raise missing()
        declared = head.headers.get("x-amz-content-sha256", "")
        if not declared and signature.lifetime_seconds is None:
            raise AWSError("InvalidRequest", "Missing required header: x-amz-content-sha256")
        self.verify_head(head, signature, declared)

    def verify_head(self, request: Request, signature: Signature, body_sha256: str) -> None:
        """Check all but that the body is the one that was signed, as S3's headers declare it."""
        self._check_time(signature)
        secret = self._secret(signature)
        expected = _expected(request, signature, secret, body_sha256)
        if not hmac.compare_digest(expected, signature.value):
            raise _refused(
                signature,
                {"s3": "SignatureDoesNotMatch", "sts": "SignatureDoesNotMatch"},
                "InvalidSignatureException",
                "the signature does not match; check the secret key and how the request was signed",
            )

    def _check_time(self, signature: Signature) -> None:
        try:
            signed_at = dt.datetime.strptime(f"{signature.timestamp}+0000", "%Y%m%dT%H%M%SZ%z")
        except ValueError:
            raise incomplete("the date of the signature can't be read") from None
        age = self._now() - signed_at.timestamp()
        allowed = signature.lifetime_seconds or MAX_SKEW_SECONDS
        if age > allowed or age < -MAX_SKEW_SECONDS:
            raise _refused(
                signature,
                {"s3": "AccessDenied" if signature.lifetime_seconds else "RequestTimeTooSkewed"},
                "InvalidSignatureException",
                "Signature expired: the request's time and the server's are too far apart",
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
                {
                    "s3": "InvalidAccessKeyId",
                    "sts": "InvalidClientTokenId",
                    "iam": "InvalidClientTokenId",
                },
                "UnrecognizedClientException",
                "The security token included in the request is invalid",
            )
        if temporary.expires_at <= self._now():
            raise _refused(
                signature,
                {"s3": "ExpiredToken", "sts": "ExpiredToken", "iam": "ExpiredToken"},
                "ExpiredTokenException",
                "The security token included in the request is expired",
            )
        return temporary.secret_access_key


class _ExactSigner(SigV4Auth):
    """Signs just the headers that it is given: clients other than botocore sign others."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        names = request.context["signed_headers"]
        signed = HTTPHeaders()
        for name in names:
            signed[name] = request.headers.get(name, "")
        return signed


class _ExactS3Signer(_ExactSigner, S3SigV4Auth):
    """The same, with S3's rule that paths are not normalized."""


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
        raise _refused(
            signature,
            {"s3": "XAmzContentSHA256Mismatch"},
            "InvalidSignatureException",
            "the body is not the one that was signed",
        )


def _without_signature(target: str) -> str:
    parts = urlsplit(f"http://host{target}")
    pairs = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if pair[0] != "X-Amz-Signature"
    ]
    return parts.path + "?" + urlencode(pairs, quote_via=quote, safe="-_.~")


def _refused(signature: Signature, codes: dict[str, str], default: str, message: str) -> AWSError:
    return AWSError(codes.get(signature.service, default), message, 403)
