"""Throws what means no good at an emulator: each function draws so many things, and counts answers.

Everything stays on loopback, and is bounded in number.
"""

from __future__ import annotations

import contextlib
import json
import socket
import urllib.parse
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from hostile_values import HOSTILE, NAMES, HostileDice, operations, to_json

from sjresource.emulator.what_if.plot import draw
from sjresource.emulator.what_if.scenario_json import read_scenario
from sjresource.emulator.what_if.simulate import simulate_scenario
from sjresource.emulator.what_if.summary import summarise, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from signed_connection import SignedConnection

    Answers = Counter[int]

CUT: Final = 0
"""Counts connections that ended without an answer."""

REFUSED: Final = 400
OK: Final = 200
_ROUTES: Final = ("clock", "faults", "rules", "behaviour", "calls", "jobs", "web-identities")
_BATCH: Final = operations("batch")
_OTHERS: Final = {each: operations(each) for each in ("logs", "sagemaker", "sts", "iam")}
_TARGETS: Final = {"logs": "Logs_20140328.", "sagemaker": "SageMaker."}


class Fuzzer:
    """Draws from one seed; `connection` leads to the emulator. `submitted` are its jobs' ids."""

    def __init__(self, connection: SignedConnection, url: str, page_url: str, seed: int) -> None:
        self._connection = connection
        self._url = url
        self._page_url = page_url
        self._dice = HostileDice(seed)
        self.submitted: list[str] = []

    def make_scene(self) -> None:
        """Make the environments, the queue and a job that the names lead to."""
        environment = {
            "serviceEnvironmentName": "env",
            "serviceEnvironmentType": "SAGEMAKER_TRAINING",
            "capacityLimits": [{"maxCapacity": 5, "capacityUnit": "NUM_INSTANCES"}],
        }
        queue = {
            "jobQueueName": "queue",
            "jobQueueType": "SAGEMAKER_TRAINING",
            "priority": 1,
            "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "env"}],
        }
        for operation, made in (
            ("CreateServiceEnvironment", environment),
            ("CreateJobQueue", queue),
        ):
            method, path, _ = _BATCH[operation]
            self._connection.send(method, path, to_json(made).encode())
            self.order("clock", {"advance": 1})

    def order(self, route: str, body: Any, method: str = "POST") -> int:
        """Send a control request that is right."""
        return self._connection.send(method, f"/_emulator/{route}", to_json(body).encode())[0]

    def batch(self, count: int) -> Answers:
        """Call every operation that Batch's model has, right and wrong."""
        return self._each(count, self._call_batch)

    def control(self, count: int) -> Answers:
        """Send orders to every route under `/_emulator/`; faults are taken back at once."""
        answers = self._each(count, self._order_anything)
        self.order("faults", {}, "DELETE")
        self.order("rules", {}, "DELETE")
        self.order("behaviour", {"token_replay": "same-job", "termination_ms": 100})
        self.order("clock", {"rate": 0})
        return answers

    def services(self, count: int) -> Answers:
        """Call the other services: S3 by paths and queries, the others by their operations."""
        return self._each(count, self._call_service)

    def page(self, count: int) -> Answers:
        """Ask for every route of the page, with and without its cookie."""
        return self._each(count, self._visit)

    def scripts(self, count: int) -> Answers:
        """Submit jobs with all kinds of payloads and scripts, and let time pass."""
        return self._each(count, self._submit)

    def raw(self, count: int) -> Answers:
        """Send what is hardly HTTP."""
        return self._each(count, self._send_raw)

    def scenarios(self, count: int) -> Answers:
        """Simulate scenarios in this process: 200 for one that is simulated, 400 for a refusal."""
        return self._each(count, self._simulate)

    @staticmethod
    def _each(count: int, draw_one: Callable[[], int]) -> Answers:
        return Counter(draw_one() for _ in range(count))

    def _call_batch(self) -> int:
        dice = self._dice
        operation = dice.choice(sorted(_BATCH))
        if dice.random() < 0.3:
            operation = "SubmitServiceJob"
        method, path, shape = _BATCH[operation]
        asked = {} if shape is None else dice.of_shape(shape, dice.choice((0, 0.05, 0.3)))
        if operation == "SubmitServiceJob" and isinstance(asked, dict) and dice.random() < 0.7:
            asked |= {"serviceRequestPayload": dice.payload(), "jobQueue": "queue"}
        status, answer = self._connection.send(method, self._path(path), dice.body(asked))
        if operation == "SubmitServiceJob" and status == OK:
            self.submitted.append(json.loads(answer)["jobId"])
        return status

    def _call_service(self) -> int:
        dice = self._dice
        service = dice.choice(("s3", "logs", "sagemaker", "sts", "iam"))
        if service == "s3":
            return self._call_s3()
        operation = dice.choice(sorted(_OTHERS[service]))
        shape = _OTHERS[service][operation][2]
        asked = {} if shape is None else dice.of_shape(shape, dice.choice((0, 0.1, 0.3)))
        if service in _TARGETS:
            headers = {
                "X-Amz-Target": _TARGETS[service] + operation,
                "Content-Type": "application/x-amz-json-1.1",
            }
            return self._connection.send("POST", "/", dice.body(asked), service, headers)[0]
        flat = {**asked, "Action": operation} if isinstance(asked, dict) else {"Action": operation}
        form = urllib.parse.urlencode({k: str(v) for k, v in flat.items()}, errors="replace")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._connection.send("POST", "/", form.encode(), service, headers)[0]

    def _call_s3(self) -> int:
        dice = self._dice
        key = urllib.parse.quote(str(dice.choice(["k", *HOSTILE])), safe="", errors="replace")
        path = dice.choice(("/", "/models", f"/models/{key}", f"/{key}", f"/{key}/{key}"))
        query = dice.choice(
            ("", "", "tagging", "cors", "acl", "policy", "versioning", "list-type=2", "delete",
             "uploads", "uploadId=x&partNumber=1", "lifecycle", "max-keys=x", "prefix=" + key)
        )  # fmt: skip
        body = dice.choice((b"", b"x", b"<a>", b"<a>" * 1000, dice.body(dice.hostile())))
        method = dice.choice(("GET", "PUT", "POST", "DELETE", "HEAD"))
        return self._connection.send(method, f"{path}?{query}".rstrip("?"), body, "s3")[0]

    def _path(self, path: str) -> str:
        """Fill the place of an ARN, and sometimes a query."""
        named = urllib.parse.quote(
            str(self._dice.choice([*NAMES, *HOSTILE])), safe="", errors="replace"
        )
        if "{" in path:
            path = path.partition("{")[0] + named
        return f"{path}?tagKeys={named}" if self._dice.random() < 0.2 else path

    def _order_anything(self) -> int:
        dice = self._dice
        route = dice.choice(_ROUTES)
        if route == "jobs" and dice.random() < 0.7:
            known = dice.choice([*self.submitted[-3:], "none", "%00", "a/b"])
            route, body = f"jobs/{known}", dice.hostile()
            body = {"action": dice.choice(("expire", body))} if dice.random() < 0.5 else body
            if isinstance(body, dict) and body.get("action") == "expire":
                route = "jobs/none"  # what was acknowledged stays
        elif dice.random() < 0.3:
            body = dice.hostile()
        else:
            names = (
                "advance", "rate", "operation", "kind", "count", "match", "code", "status",
                "message", "seconds", "per_second", "job_name", "script", "token_replay",
                "tag_finished_jobs", "termination_ms", "number",
            )  # fmt: skip
            values = [dice.hostile(), "delay", "error", "X", 1, 0.1, dice.script()]
            body = {name: dice.choice(values) for name in dice.sample(names, dice.randrange(4))}
        method = dice.choice(("GET", "POST", "POST", "POST", "DELETE", "PUT", "HEAD"))
        status, _ = self._connection.send(method, f"/_emulator/{route}", dice.body(body))
        return status

    def _visit(self) -> int:
        dice = self._dice
        path = dice.choice(
            ("/", "/_page/overview", "/_page/rows", "/_page/job", "/_page/controls/clock",
             "/_page/controls/faults", "/_page/controls/x", "/_page/app.js", "/_page/../x")
        )  # fmt: skip
        query = {
            dice.choice(("since", "job", "token", "x")): str(dice.choice([*HOSTILE, "1", "0-0"]))
            for _ in range(dice.randrange(3))
        }
        if dice.random() < 0.2:
            query["token"] = urllib.parse.parse_qs(self._page_url.partition("?")[2])["token"][0]
        encoded = urllib.parse.urlencode(query, errors="replace")
        headers = {"Origin": self._url, "Accept": "text/html"}
        if dice.random() < 0.8:
            headers["Cookie"] = self._cookie()
        body = dice.body({dice.choice(("rate", "advance", "operation")): dice.hostile()})
        method = dice.choice(("GET", "GET", "POST", "DELETE", "HEAD", "PUT"))
        return self._connection.raw(method, f"{path}?{encoded}", body, headers)[0]

    def _cookie(self) -> str:
        port = urllib.parse.urlsplit(self._url).port
        return f"sjresource-{port}={self._session()}"

    def _session(self) -> str:
        if not hasattr(self, "_known_session"):
            self._known_session = enter(self._url, self._page_url)
        return self._known_session

    def _submit(self) -> int:
        dice = self._dice
        asked = {
            "jobName": "train",
            "jobQueue": "queue",
            "serviceJobType": "SAGEMAKER_TRAINING",
            "serviceRequestPayload": dice.payload(),
            "retryStrategy": {"attempts": dice.choice((1, 3))},
        }
        method, path, _ = _BATCH["SubmitServiceJob"]
        status, answer = self._connection.send(method, path, to_json(asked).encode())
        if status == OK:
            self.submitted.append(json.loads(answer)["jobId"])
            self.order("clock", {"advance": dice.choice((0, 1, 3600))})
        return status

    def _send_raw(self) -> int:
        dice = self._dice
        first = dice.choice(
            ("GET / HTTP/1.1", "POST /v1/describejobqueues HTTP/1.1", "GET /b/k HTTP/1.1",
             "GET http://[ HTTP/1.1", "GET * HTTP/1.1", "GET /\xe9 HTTP/1.1", "GARBAGE", "",
             "GET /b?X-Amz-Signature=x&X-Amz-Expires=%C2%B2 HTTP/1.1", "PUT /b/k HTTP/1.0")
        )  # fmt: skip
        names = (
            "Host", "Host", "Content-Length", "Transfer-Encoding", "Authorization", "X-Amz-Date",
            "Origin", "Expect", "Connection", "X-Amz-Content-Sha256", "Content-Type", "Cookie",
        )  # fmt: skip
        values = (
            "127.0.0.1", "[", "::1", "localhost:x", "5", "-1", "9" * 5000, "²", "chunked", "x",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e", "Basic x", "http://[", "100-continue", "\0",
            "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, "
            "SignedHeaders=host, Signature=" + "0" * 64, "close", "a" * 70_000,
        )  # fmt: skip
        lines = [first, *(f"{dice.choice(names)}: {dice.choice(values)}" for _ in range(4))]
        sent = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + dice.randbytes(20)
        parts = urllib.parse.urlsplit(self._url)
        assert parts.port is not None
        with (
            contextlib.suppress(OSError),
            socket.create_connection((parts.hostname, parts.port), timeout=60) as connection,
        ):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(100).split()
            return int(answer[1]) if len(answer) > 1 else CUT
        return CUT

    def _simulate(self) -> int:
        dice = self._dice
        described: Any = {
            "environments": {"gpus": {"NUM_INSTANCES": 4}},
            "queues": {"q": dice.choice(_POLICIES)},
            "jobs": [
                {
                    "name": str(number),
                    "seconds": dice.choice((0, 60, [1, 100], 1e8)),
                    "share": dice.choice(("a", "b")),
                    "count": dice.choice((1, 3)),
                    "instances": dice.choice((0, 1, 5)),
                    "at": dice.choice((0, 10, 1e8)),
                    "every": dice.choice((0, 10)),
                }
                for number in range(dice.randrange(5))
            ],
        }
        for _ in range(dice.choice((0, 1, 2))):
            _spoil(described, dice)
        try:
            scenario = read_scenario(described)
            simulation = simulate_scenario(scenario)
            draw(scenario, simulation, "\x1b title")
            table(summarise(scenario, simulation))
        except ValueError:
            return REFUSED
        return OK


_SHARE: Final = {
    "capacityLimits": [{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 2}],
    "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": 50},
    "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
}
_POLICIES: Final[list[Any]] = [
    {},
    {"fairsharePolicy": {"shareDistribution": [{"shareIdentifier": "a", "weightFactor": 0.5}]}},
    {"quotaShares": {"a": _SHARE, "b": _SHARE}},
]


def enter(url: str, page_url: str) -> str:
    """Exchange the page's token for its cookie; give the cookie's value."""
    parts = urllib.parse.urlsplit(url)
    assert parts.port is not None
    path = page_url.removeprefix(url)
    asked = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(asked.encode())
        answer = b""
        while chunk := connection.recv(10_000):
            answer += chunk
    line = next(each for each in answer.splitlines() if each.lower().startswith(b"set-cookie"))
    return line.partition(b"=")[2].partition(b";")[0].decode()


def _spoil(described: Any, dice: HostileDice) -> None:
    """Put a hostile value somewhere into a scenario."""
    place = described
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = dice.choice(keys)
        if isinstance(place[key], (dict, list)) and place[key] and dice.random() < 0.7:
            held = place[key]
            place[key] = dict(held) if isinstance(held, dict) else list(held)
            place = place[key]
        else:
            place[key] = dice.hostile()
            return
