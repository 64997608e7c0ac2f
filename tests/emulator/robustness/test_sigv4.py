"""Who is let in: signatures, keys, hosts and origins."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as Key
from botocore.exceptions import ClientError
from emulator_requests import REGION, client

from sjresource.emulator import Credentials, Emulator
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Request
from sjresource.emulator.server.sigv4 import Authenticator, claimed_signature
from sjresource.emulator.store.credentials import (
    Keyring,
    TemporaryCredentials,
    credentials_in,
)

if TYPE_CHECKING:
    from pathlib import Path

OWN = Credentials("AKIAEXAMPLE", "secret")


def signed(
    body: bytes = b"{}", service: str = "batch", key: Key | None = None, path: str = "/v1/x?b=2&a=1"
) -> Request:
    """Sign a request now, as botocore does."""
    request = AWSRequest("POST", f"http://127.0.0.1:1{path}", {"Host": "127.0.0.1:1"}, body)
    own = Key(OWN.aws_access_key_id, OWN.aws_secret_access_key)
    SigV4Auth(key or own, service, REGION).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request("POST", path, headers, body)


def verify(request: Request, ago: float = 0, *temporary: TemporaryCredentials) -> None:
    """Check a request as if it had been signed `ago` seconds ago."""
    now = time.time() + ago
    keyring = Keyring(OWN, lambda: now)
    for credentials in temporary:
        keyring.issue(credentials)
    signature = claimed_signature(request)
    assert signature is not None
    Authenticator(keyring, lambda: now).verify(
        request, signature, hashlib.sha256(request.body).hexdigest()
    )


def refusal(request: Request, ago: float = 0, *temporary: TemporaryCredentials) -> str:
    """Return the code with which a request is refused."""
    with pytest.raises(AWSError) as caught:
        verify(request, ago, *temporary)
    assert caught.value.status == 403
    return caught.value.code


def changed(request: Request, **changes: Any) -> Request:
    """Change a request after it was signed."""
    return Request(**{**vars(request), **changes})


def test_a_right_signature_is_let_in() -> None:
    """What botocore signs with the own key passes, odd paths and a quarter of an hour included."""
    verify(signed())
    verify(signed(path="/v1/tags/arn%3Aaws%2Fb?tagKeys=a%20b&tagKeys=c"))
    verify(signed(), 899)


def test_a_changed_request_is_refused() -> None:
    """A changed body, path, query or method is an InvalidSignatureException."""
    request = signed()
    for changes in ({"body": b"{ }"}, {"target": "/v1/y?b=2&a=1"}, {"target": "/v1/x?b=3&a=1"}):
        assert refusal(changed(request, **changes)) == "InvalidSignatureException"
    assert refusal(changed(request, method="GET")) == "InvalidSignatureException"


def test_a_declared_hash_must_be_the_bodys() -> None:
    """A body that is not the one of a signed x-amz-content-sha256 is refused, with S3's code."""
    request = AWSRequest("PUT", "http://127.0.0.1:1/b/k", {"Host": "127.0.0.1:1"}, b"one")
    request.headers["X-Amz-Content-SHA256"] = (
        "2c4c6b2e6f9e0a8e8f0b7c3a9d1f5e7a2c4c6b2e6f9e0a8e8f0b7c3a9d1f5e7a"
    )
    SigV4Auth(Key("AKIAEXAMPLE", "secret"), "s3", REGION).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}

    assert refusal(Request("PUT", "/b/k", headers, b"one")) == "XAmzContentSHA256Mismatch"


def test_only_s3_may_leave_its_body_unsigned() -> None:
    """UNSIGNED-PAYLOAD passes for an object, and is refused for a Batch request."""
    for service in ("s3", "batch"):
        request = AWSRequest("POST", "http://127.0.0.1:1/b/k", {"Host": "127.0.0.1:1"}, b"one")
        request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
        SigV4Auth(Key("AKIAEXAMPLE", "secret"), service, REGION).add_auth(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        sent = Request("POST", "/b/k", headers, b"another")
        if service == "s3":
            verify(sent)
        else:
            assert refusal(sent) == "InvalidSignatureException"


def test_an_old_signature_is_refused() -> None:
    """A signature of more than 15 minutes ago, or from the future, is refused."""
    assert refusal(signed(), 901) == "InvalidSignatureException"
    assert refusal(signed(), -901) == "InvalidSignatureException"
    assert refusal(signed(service="s3"), 901) == "RequestTimeTooSkewed"


def test_a_wrong_secret_is_refused() -> None:
    """The own key's id with another secret does not match."""
    assert refusal(signed(key=Key("AKIAEXAMPLE", "other"))) == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("batch", "UnrecognizedClientException"),
        ("s3", "InvalidAccessKeyId"),
        ("sts", "InvalidClientTokenId"),
    ],
)
def test_an_unknown_key_is_refused(service: str, code: str) -> None:
    """A key that is not known gets the code of the service that is called."""
    assert refusal(signed(service=service, key=Key("AKIAOTHER", "secret"))) == code


def test_temporary_credentials_work_until_they_expire() -> None:
    """Keys from STS are let in with their token, and refused without it, or too late."""
    issued = TemporaryCredentials("ASIAX", "hush", "token", time.time() + 60)
    key = Key("ASIAX", "hush", "token")
    verify(signed(key=key), 0, issued)

    assert refusal(signed(key=key), 61, issued) == "ExpiredTokenException"
    assert refusal(signed(key=Key("ASIAX", "hush")), 0, issued) == "UnrecognizedClientException"
    wrong = Key("ASIAX", "hush", "other")
    assert refusal(signed(key=wrong), 0, issued) == "UnrecognizedClientException"


@pytest.mark.parametrize(
    "header",
    [
        "Basic abc",
        "AWS4-HMAC-SHA256 Credential=a/b",
        "AWS4-HMAC-SHA256 Credential=a/20260101/r/s/aws4_request, SignedHeaders=host, Signature=x",
    ],
)
def test_an_incomplete_signature_is_refused(header: str) -> None:
    """An Authorization header that is not a whole signature is refused, whatever it holds."""
    with pytest.raises(AWSError) as caught:
        claimed_signature(Request("POST", "/", {"authorization": header}, b""))

    assert caught.value.code == "IncompleteSignatureException"


def test_the_key_is_written_once_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credentials file is readable by its owner only, stays, and works as boto3's profile."""
    written = credentials_in(tmp_path)
    path = tmp_path / "credentials"

    assert path.stat().st_mode & 0o777 == 0o600
    assert credentials_in(tmp_path) == written
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    loaded = boto3.session.Session(profile_name="sjresource-emulator").get_credentials()
    assert loaded is not None
    assert loaded.secret_key == written.aws_secret_access_key


def test_secrets_are_not_in_representations() -> None:
    """Printing credentials does not print their secrets."""
    assert "secret" not in repr(OWN).replace("aws_secret", "")
    assert "hush" not in repr(TemporaryCredentials("ASIAX", "hush", "token", 0.0))


def ask(emulator: Emulator, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """Send an unsigned GET."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(emulator.url).netloc, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    told = json.loads(answer.read() or b"{}")
    connection.close()
    return answer.status, told


def test_health_needs_no_signature(emulator: Emulator) -> None:
    """GET /_emulator/health is answered to everybody on the machine."""
    assert ask(emulator, "/_emulator/health") == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/_emulator/calls", "/v1/describejobqueues", "/", "/bucket/key"])
def test_everything_else_needs_one(emulator: Emulator, path: str) -> None:
    """Unsigned requests are refused, control routes and objects included."""
    status, told = ask(emulator, path)

    assert (status, told["__type"]) == (403, "MissingAuthenticationTokenException")


@pytest.mark.parametrize("headers", [{"Host": "example.com"}, {"Origin": "http://example.com"}])
def test_foreign_hosts_and_origins_are_refused(emulator: Emulator, headers: dict[str, str]) -> None:
    """A Host that is not this machine, or another site's Origin, is refused even for health."""
    status, told = ask(emulator, "/_emulator/health", **headers)

    assert (status, told["__type"]) == (403, "AccessDeniedException")


def test_a_wrong_key_is_refused_in_each_protocol(emulator: Emulator) -> None:
    """boto3 reads the refusal's code whatever the service's protocol is."""
    for service, method, code in (
        ("batch", "describe_job_queues", "UnrecognizedClientException"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
    ):
        stranger = boto3.client(  # type: ignore[call-overload] # its overloads want literal names
            service,
            region_name=REGION,
            endpoint_url=emulator.url,
            aws_access_key_id="AKIAOTHER",
            aws_secret_access_key="other",
            config=Config(retries={"total_max_attempts": 1}),
        )
        with pytest.raises(ClientError) as caught:
            getattr(stranger, method)()
        assert caught.value.response["Error"]["Code"] == code


def test_objects_pass_in_streaming_and_presigned_forms(emulator: Emulator) -> None:
    """S3 takes bodies with checksums, and presigned URLs unless they were changed."""
    s3 = client(emulator, "s3")
    bucket = f"bucket-{id(emulator)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a b/ü+c", Body=b"x" * 200_000, ChecksumAlgorithm="SHA256")
    presigner = client(emulator, "s3", signature_version="s3v4")
    parameters = {"Bucket": bucket, "Key": "a b/ü+c"}
    url = presigner.generate_presigned_url("get_object", Params=parameters)

    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own loopback URL
        assert answer.read() == b"x" * 200_000
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(url.replace("a%20b", "a%20c"), timeout=60)  # noqa: S310 - the same
    caught.value.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])  # noqa: S104 - to be refused
def test_only_loopback_addresses_are_served(host: str) -> None:
    """Listening anywhere but on a loopback address is refused before anything is opened."""
    with pytest.raises(ValueError, match="loopback"):
        Emulator(host=host)


def presigned(seconds: str, service: str = "s3", **query: str) -> Request:
    """Presign a GET for so long, as S3's clients do."""
    request = AWSRequest("GET", "http://127.0.0.1:1/b/k", {"Host": "127.0.0.1:1"})
    signer: Any = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
    signer(Key("AKIAEXAMPLE", "secret"), service, REGION, expires=seconds).add_auth(request)
    target = str(request.url).removeprefix("http://127.0.0.1:1")
    target += "".join(f"&{name.replace('_', '-')}={value}" for name, value in query.items())
    return Request("GET", target, {"host": "127.0.0.1:1"}, b"")


@pytest.mark.parametrize("seconds", ["1", "604800"])
def test_a_presigned_url_is_let_in_for_its_seconds(seconds: str) -> None:
    """From a second to a week, and not a second longer."""
    verify(presigned(seconds), int(seconds) - 1)

    assert refusal(presigned(seconds), int(seconds) + 2) == "AccessDenied"


@pytest.mark.parametrize("seconds", ["0", "-1", "604801", "9" * 400, "²", "1.5", "x", "", "1e3"])
def test_a_presigned_url_has_bounds(seconds: str) -> None:
    """Zero would never end, and more than a week AWS refuses; garbage is no number."""
    with pytest.raises(AWSError) as caught:
        verify(presigned(seconds))

    assert (caught.value.code, caught.value.status) == ("AuthorizationQueryParametersError", 400)


@pytest.mark.parametrize(
    "query", [{"X_Amz_Signature": "0" * 64}, {"X_Amz_Expires": "9"}, {"X%2DAmz%2DDate": "x"}]
)
def test_a_signature_that_is_there_twice_is_refused(query: dict[str, str]) -> None:
    """Which of both counts is nobody's guess; in a header beside the query neither."""
    assert refusal(presigned("60", **query)) == "IncompleteSignatureException"
    both = changed(presigned("60"), headers={**signed().headers})
    assert refusal(both) == "IncompleteSignatureException"


def test_a_presigned_call_of_another_service_signs_its_body() -> None:
    """Only an object may have any body."""
    verify(presigned("60", "sts"))

    other = changed(presigned("60", "sts"), body=b"Action=AssumeRole")
    assert refusal(other) == "SignatureDoesNotMatch"
