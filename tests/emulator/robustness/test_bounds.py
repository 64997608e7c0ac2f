"""What strange and greedy clients get: an error each, while everybody else is served."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Key
from emulator_requests import REGION, client, make_environment, make_queue, payload, submit

from sjresource.emulator import Emulator, Fault
from sjresource.emulator.server.server import Server
from sjresource.page.server import PageServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MEBIBYTE = 1024 * 1024


def send(
    emulator: Emulator, body: bytes, path: str = "/v1/describejobqueues", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Send a signed Batch request, and give status and answer."""
    request = AWSRequest("POST", emulator.url + path, headers, body)
    credentials = emulator.credentials
    key = Key(credentials.aws_access_key_id, credentials.aws_secret_access_key)
    SigV4Auth(key, "batch", REGION).add_auth(request)
    sent = urllib.request.Request(  # noqa: S310 - our own loopback URL
        str(request.url), body, dict(request.headers.items()), method="POST"
    )
    try:
        with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310 - the same
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not valid JSON"),
        (b"[" * 500_000, "not valid JSON"),
        (b'{"jobQueues": ' * 50_000, "not valid JSON"),
        (b'{"a": "\xff"}', "not valid JSON"),
        (b'{"jobQueues": "q"}', "jobQueues must be a list"),
    ],
)
def test_broken_and_deep_bodies_are_refused(emulator: Emulator, body: bytes, said: str) -> None:
    """A body that is no JSON object of the model is a ClientException, and no crash."""
    status, told = send(emulator, body, **JSON)

    assert status == 400
    assert told["__type"] == "ClientException"
    assert said in told["message"]


def test_another_content_type_is_refused(emulator: Emulator) -> None:
    """A form is not what Batch reads."""
    status, told = send(emulator, b"{}", **{"Content-Type": "text/plain"})

    assert status == 400
    assert "Content-Type" in told["message"]


def test_bodies_of_more_than_a_mebibyte_are_refused(emulator: Emulator) -> None:
    """One byte more than 1 MiB is a 413; 1 MiB is read."""
    filled = b'{"jobQueues": []}'.ljust(MEBIBYTE)
    assert send(emulator, filled, **JSON) == (200, {"jobQueues": []})

    status, told = send(emulator, filled + b" ", **JSON)

    assert (status, told["__type"]) == (413, "RequestEntityTooLargeException")


def test_a_huge_body_is_refused_before_it_is_sent(emulator: Emulator) -> None:
    """A declared length of a terabyte gets its 413 although nothing of it was sent."""
    with _connection(emulator) as connection:
        connection.sendall(
            b"POST /v1/describejobqueues HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Length: 1099511627776\r\n\r\n"
        )

        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_who_sends_the_whole_of_a_refused_body_reads_the_refusal(emulator: Emulator) -> None:
    """Not a reset connection, although the refusal is written long before the body is sent."""
    with _connection(emulator) as connection:
        _send_whole(connection, 32 * MEBIBYTE)

        assert _answer(connection)[0] == 413


def test_the_page_lets_a_refusal_be_read() -> None:
    """The page's own server takes bodies of 64 KiB."""
    server = PageServer(lambda *_: [b""])  # type: ignore[arg-type] # as a page answers
    threading.Thread(target=server.run, daemon=True).start()
    with _connect(server.url) as connection:
        _send_whole(connection, 16 * MEBIBYTE)

        assert _answer(connection)[0] == 413
    server.close()


def _send_whole(connection: socket.socket, length: int) -> None:
    head = f"PUT /bucket/key HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    connection.sendall(head.encode())
    connection.sendall(bytes(length))


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/../v1/submitservicejob", "//v1/submitservicejob", "/v1/submitservicejob/"),
        *("/v1/%2e%2e/credentials", "/v1/nothing", "/v1/submitservicejob%00", "/_emulator"),
    ],
)
def test_path_tricks_are_unknown_operations(emulator: Emulator, path: str) -> None:
    """A signed path that is not the model's is refused, whatever it would mean to others."""
    status, told = send(emulator, b"{}", path, **JSON)

    assert status in (403, 404)  # botocore signs some of them as another path
    assert told["__type"] in ("UnknownOperationException", "InvalidSignatureException")


@pytest.mark.parametrize(
    "first_line", [b"GARBAGE", b"GET", b"GET / HTTP/9.9", b"POST http://[ HTTP/1.1", b"\x00\xff"]
)
def test_broken_http_gets_an_answer(emulator: Emulator, first_line: bytes) -> None:
    """A request line that is none ends the connection with an answer, and the server goes on."""
    with _connection(emulator) as connection:
        connection.sendall(first_line + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert len(connection.recv(1000)) < 1000

    assert send(emulator, b"{}", **JSON)[0] == 200


def test_two_hundred_open_connections_keep_nobody_out(emulator: Emulator) -> None:
    """While 200 clients hold half a request each, another one is served."""
    connections = [_connection(emulator) for _ in range(200)]
    for connection in connections:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n12")

    assert send(emulator, b"{}", **JSON)[0] == 200
    for connection in connections:
        connection.close()


def test_connections_that_say_nothing_make_room_for_others() -> None:
    """However many are opened: the one on which nothing moved for longest goes."""

    def site(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("204 No Content", [])
        return []

    server = PageServer(site, most=40)  # type: ignore[arg-type] # as a page answers
    threading.Thread(target=server.run, daemon=True).start()
    with contextlib.ExitStack() as open_ones:
        for _ in range(120):
            silent = open_ones.enter_context(_connect(server.url))
            silent.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(3):
            asking = open_ones.enter_context(_connect(server.url))
            asking.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert _answer(asking)[0] == 204
    server.close()


def test_delayed_calls_hold_up_nobody(emulator: Emulator) -> None:
    """More calls are delayed than the server has threads; another one is answered at once."""
    emulator.faults.add(Fault("DescribeJobQueues", "delay", count=20, seconds=4))
    ended: list[int] = []
    threads = [
        threading.Thread(target=lambda: ended.append(send(emulator, b"{}", **JSON)[0]))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while emulator.faults.pending():
        assert time.monotonic() < deadline
        time.sleep(0.01)

    assert send(emulator, b"{}", **JSON)[0] == 200
    assert ended == []
    for thread in threads:
        thread.join()
    assert ended == [200] * 20


def test_a_slow_client_is_cut_off() -> None:
    """A connection on which nothing moves is closed; this one after a second."""

    def nothing(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("204 No Content", [])
        return []

    server = Server(nothing, "127.0.0.1", 0, idle_seconds=1)
    server.start()
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")

        assert connection.recv(1) == b""
    server.stop()


RAW = (
    ("GET / HTTP/1.1\r\nHost: [", 403, "AccessDeniedException"),
    ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://[", 403, "AccessDeniedException"),
    ("GET /b?X-Amz-Signature=%E9 HTTP/1.1\r\nHost: 127.0.0.1", 403, "IncompleteSignature"),
    ("GET /\xe9 HTTP/1.1\r\nHost: 127.0.0.1", 400, "BadRequest"),
    ("GET /X-Amz-Signature=1 HTTP/1.1\r\nHost: 127.0.0.1", 403, "MissingAuthenticationToken"),
    (f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {'9' * 5000}", 400, "BadRequest"),
    ("GARBAGE", 400, "BadRequest"),
    ("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x", 501, "BadRequest"),
)


@pytest.mark.parametrize(("head", "status", "code"), RAW)
def test_whatever_is_refused_gets_an_error_of_awss(
    emulator: Emulator, head: str, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken head is answered with a code, and leaves no traceback in the log."""
    with _connection(emulator) as connection:
        connection.sendall(head.encode("latin-1") + b"\r\n\r\n")
        told = _answer(connection)

    assert told[0] == status
    assert code in told[1]
    assert caplog.records == []


@pytest.mark.parametrize(
    ("signed_as", "code"),
    [
        ("", "MissingAuthenticationTokenException"),
        ("AKIASTRANGER", "InvalidAccessKeyId"),
        ("own", "SignatureDoesNotMatch"),
    ],
)
def test_a_strangers_large_object_is_not_received(
    emulator: Emulator, signed_as: str, code: str
) -> None:
    """The answer to 600 MiB comes when the head is there, and nothing of the body is kept."""
    key = emulator.credentials.aws_access_key_id if signed_as == "own" else signed_as
    head = f"PUT /b/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {600 * MEBIBYTE}\r\n"
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    head += f"X-Amz-Date: {now}\r\nX-Amz-Content-SHA256: UNSIGNED-PAYLOAD\r\n"
    scope = f"{key}/{now[:8]}/us-east-1/s3/aws4_request"
    if signed_as:
        head += f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, "
        head += f"SignedHeaders=host, Signature={'0' * 64}\r\n"
    with _connection(emulator) as connection:
        connection.sendall(f"{head}\r\n".encode())
        _, answer = _answer(connection)

    # Without any claim it is as large as nobody's may be.
    assert (code if signed_as else "RequestEntityTooLargeException") in answer


def test_a_large_object_of_the_owner_is_kept(emulator: Emulator) -> None:
    """More than what strangers may send, in one request."""
    s3 = client(emulator, "s3")
    s3.create_bucket(Bucket=f"large-{id(emulator)}")
    s3.put_object(Bucket=f"large-{id(emulator)}", Key="k", Body=b"x" * 20 * MEBIBYTE)

    told = s3.head_object(Bucket=f"large-{id(emulator)}", Key="k")
    assert told["ContentLength"] == 20 * MEBIBYTE


def test_a_payload_of_ten_kibibytes_is_kept_whole(emulator: Emulator) -> None:
    """The largest payload comes back from Describe as it was submitted."""
    make_queue(emulator, make_environment(emulator))
    room = 10 * 1024 - len(payload(HyperParameters={"text": ""}))
    large = payload(HyperParameters={"text": "x" * room})
    job = submit(emulator, serviceRequestPayload=large)

    told = client(emulator, "batch").describe_service_job(jobId=job)
    assert told["serviceRequestPayload"] == large


def _connection(emulator: Emulator) -> socket.socket:
    return _connect(emulator.url)


def _connect(url: str) -> socket.socket:
    parts = urllib.parse.urlsplit(url)
    assert parts.port is not None
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def _answer(connection: socket.socket) -> tuple[int, str]:
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read().decode()
