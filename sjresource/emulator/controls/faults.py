"""Faults that a test orders: which calls they hit, how often, and what they do to the answer.

Owns the list of faults and their matching; cutting the connection is the server's part.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.protocol.decoding import (
    WrongInputError,
    anything,
    mapping,
    number,
    one_of,
    optional,
    record,
    text,
    whole,
)
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: Final = (
    "error", "throttle", "drop_before", "drop_after", "delay", "delay_after", "malformed"
)  # fmt: skip


_MOST_ORDERS: Final = 1000
_LONGEST_DELAY: Final = 3600
_CODE: Final = re.compile("[A-Za-z0-9._:-]{1,128}")


class ConnectionCutError(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Fault:
    """One order: what is to go wrong with which calls."""

    operation: str
    """The operation whose calls it hits, such as `SubmitServiceJob`, of whatever service."""
    kind: str
    """error, throttle, drop_before, drop_after, delay, delay_after (the call has its effect, the
    answer comes later) or malformed."""
    count: int | None = 1
    """How many more calls it hits; None is every one."""
    match: dict[str, Any] = field(default_factory=dict)
    """It hits only calls whose parameters have all of these values."""
    code: str = "ServerException"
    """AWS's code, of an error."""
    status: int = 500
    """The HTTP status, of an error."""
    message: str = "a fault that was ordered over /_emulator/faults"
    """The message, of an error."""
    seconds: float = 0.0
    """Of real time, of a delay."""
    per_second: float | None = None
    """It hits only the calls that are more than so many a second, as AWS throttles: what passes
    takes a token from a bucket that holds a second's, and is refilled all the time."""
    number: int = field(default=0, init=False)
    """By which it can be taken back, once it is ordered."""


def read_fault(description: Any) -> Fault:
    """Read an order; ValueError says what is wrong with it."""
    try:
        return Fault(**_FAULT(description, ""))
    except WrongInputError as wrong:
        raise ValueError(f"reading Fault: {wrong}") from None


def _operation(value: Any, where: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise WrongInputError(where, "must be a name, such as SubmitServiceJob")
    return value


def _code(value: Any, where: str) -> str:
    """Decode what stands in a header, too."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise WrongInputError(where, "must be an error's code, such as ServerException")
    return value


_FAULT: Final = record(
    {
        "kind": one_of(*KINDS),
        "operation": _operation,
        "count": optional(whole(1)),
        "match": mapping(anything, 50),
        "code": _code,
        "status": whole(400, 599),
        "message": text(2048, controls=True),
        "seconds": number(0, _LONGEST_DELAY),
        "per_second": optional(number(0.001, 1_000_000)),
    },
    "kind",
    "operation",
)


class Faults:
    """The orders that are open; safe to use from several threads."""

    def __init__(
        self, sleep: Callable[[float], object], now: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self._now = now
        self._orders: list[Fault] = []
        self._numbers = itertools.count(1)
        self._buckets: dict[int, _Bucket] = {}
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Add a fault; the oldest one that matches a call hits it."""
        read_fault({name: value for name, value in vars(fault).items() if name != "number"})
        with self._lock:
            if len(self._orders) >= _MOST_ORDERS:
                raise ValueError(f"ordering Fault: {_MOST_ORDERS} are open; take some back first")
            fault.number = next(self._numbers)
            self._orders.append(fault)
            if fault.per_second is not None:
                self._buckets[id(fault)] = _Bucket(fault.per_second, self._now())

    def clear(self, number: int | None = None) -> None:
        """Take an order back, None is all of them; one that is used up is no mistake."""
        with self._lock:
            self._orders = [it for it in self._orders if number not in (None, it.number)]
            kept = {id(order) for order in self._orders}
            self._buckets = {key: it for key, it in self._buckets.items() if key in kept}

    def open_faults(self) -> list[dict[str, Any]]:
        """Give what is still to hit, values to match left out."""
        with self._lock:
            return [{**asdict(order), "match": sorted(order.match)} for order in self._orders]

    def apply(
        self, operation: str, parameters: dict[str, Any], answer: Callable[[], Response]
    ) -> Response:
        """Answer one call, with the fault that hits it if there is one.

        Raises AWSError for ordered errors, ConnectionCutError for ordered cuts.
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
        return Response(response.status, response.headers, response.body[:-1] + b"<")

    def _take(self, operation: str, parameters: dict[str, Any]) -> Fault | None:
        with self._lock:
            order = next((it for it in self._orders if self._hits(it, operation, parameters)), None)
            if order is not None and order.count is not None:
                order.count -= 1
                if order.count <= 0:
                    self._orders.remove(order)
            return order

    def _hits(self, order: Fault, operation: str, parameters: dict[str, Any]) -> bool:
        if order.operation != operation or not _matches(order.match, parameters):
            return False
        bucket = self._buckets.get(id(order))
        return bucket is None or not bucket.take(self._now())


class _Bucket:
    """Lets so many calls a second pass."""

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._tokens = self._most = max(1.0, per_second)
        self._filled = now

    def take(self, now: float) -> bool:
        """Tell whether a call may pass now, and let it."""
        refilled = self._tokens + (now - self._filled) * self._per_second
        self._tokens, self._filled = min(self._most, refilled), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def _matches(wanted: dict[str, Any], parameters: dict[str, Any]) -> bool:
    return all(parameters.get(name) == value for name, value in wanted.items())
