"""Faults that a test injects: which calls they hit, how often, and what they do to the answer.

The server cuts connections: `ConnectionCutError` asks it to.
"""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import Meta

from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Response
from sjresource.emulator.protocol.user_json import WrongInputError, decode_members

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_FAULTS: Final = 1000
_Kind = Literal[
    "error", "throttle", "drop_before", "drop_after", "delay", "delay_after", "malformed"
]
_Name = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{1,128}\Z")]


class ConnectionCutError(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Fault:
    """What is to go wrong, and with which calls."""

    operation: _Name
    """The operation whose calls it hits, such as `SubmitServiceJob`, of any service."""
    kind: _Kind
    """What it does; `delay_after` lets the call have its effect and delays the answer."""
    count: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = 1
    """How many more calls it hits; None is all."""
    match: Annotated[dict[str, Any], Meta(max_length=50)] = field(default_factory=dict)
    """It hits only calls whose parameters have all of these values."""
    code: _Name = "ServerException"
    """AWS's error code, for `error`."""
    status: Annotated[int, Meta(ge=400, le=599)] = 500
    """The HTTP status, for `error`."""
    message: Annotated[str, Meta(max_length=2048)] = "an injected fault"
    """The message, for `error`."""
    seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    """How long a delay takes, in real time."""
    per_second: Annotated[float, Meta(ge=0.001, le=1_000_000)] | None = None
    """It hits only the calls above this rate, as AWS throttles: a call that passes takes a token
    from a bucket that holds the tokens of one second and is refilled all the time."""
    number: int = field(default=0, init=False)
    """Its number, for `clear`, once it is added."""


def read_fault(description: Any) -> Fault:
    """Read a fault; ValueError says what is wrong with it."""
    try:
        return Fault(**decode_members(description, Fault))
    except WrongInputError as wrong:
        raise ValueError(f"reading Fault: {wrong}") from None


class Faults:
    """The faults that are still to hit calls; thread-safe."""

    def __init__(
        self, sleep: Callable[[float], object], now: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self._now = now
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)
        self._buckets: dict[int, _Bucket] = {}
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Add a fault; the oldest one that matches a call hits it."""
        read_fault({name: value for name, value in vars(fault).items() if name != "number"})
        with self._lock:
            if len(self._faults) >= _MOST_FAULTS:
                raise ValueError(f"adding Fault: {_MOST_FAULTS} are open; take some back first")
            fault.number = next(self._numbers)
            self._faults.append(fault)
            if fault.per_second is not None:
                self._buckets[id(fault)] = _Bucket(fault.per_second, self._now())

    def clear(self, number: int | None = None) -> None:
        """Remove a fault, or all of them (None); it may be used up already."""
        with self._lock:
            self._faults = [it for it in self._faults if number not in (None, it.number)]
            kept = {id(fault) for fault in self._faults}
            self._buckets = {key: it for key, it in self._buckets.items() if key in kept}

    def pending(self) -> list[dict[str, Any]]:
        """Return the faults that are still to hit calls, without the values to match."""
        with self._lock:
            return [{**asdict(each), "match": sorted(each.match)} for each in self._faults]

    def apply(
        self, operation: str, parameters: dict[str, Any], answer: Callable[[], Response]
    ) -> Response:
        """Answer one call, with the fault that hits it if there is one.

        Raises:
            AWSError: the fault is an error or a throttle.
            ConnectionCutError: the connection is to be closed without an answer.
        """
        fault = self._take(operation, parameters)
        if fault is None:
            return answer()
        if fault.kind == "drop_before":
            raise ConnectionCutError
        if fault.kind == "throttle":
            raise AWSError("TooManyRequestsException", "Too Many Requests", 429)
        if fault.kind == "error":
            raise AWSError(fault.code, fault.message, fault.status)
        if fault.kind == "delay":
            self.sleep(fault.seconds)
            return answer()
        response = answer()
        if fault.kind == "drop_after":
            raise ConnectionCutError
        if fault.kind == "delay_after":
            self.sleep(fault.seconds)
            return response
        # As a proxy's page: without what AWS puts into every answer's headers.
        return Response(response.status, {"Content-Type": "text/html"}, response.body[:-1] + b"<")

    def _take(self, operation: str, parameters: dict[str, Any]) -> Fault | None:
        with self._lock:
            fault = next((it for it in self._faults if self._hits(it, operation, parameters)), None)
            if fault is not None and fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
            return fault

    def _hits(self, fault: Fault, operation: str, parameters: dict[str, Any]) -> bool:
        if fault.operation != operation or not _matches(fault.match, parameters):
            return False
        bucket = self._buckets.get(id(fault))
        return bucket is None or not bucket.take(self._now())


class _Bucket:
    """A token bucket: lets `per_second` calls a second pass."""

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._tokens = self._most = max(1.0, per_second)
        self._filled = now

    def take(self, now: float) -> bool:
        """Take a token; return whether there was one."""
        refilled = self._tokens + (now - self._filled) * self._per_second
        self._tokens, self._filled = min(self._most, refilled), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def _matches(wanted: dict[str, Any], parameters: dict[str, Any]) -> bool:
    return all(parameters.get(name) == value for name, value in wanted.items())
