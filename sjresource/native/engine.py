"""The engine as the plugin sees it: its log, whether it is there, and its order to end waits."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from sjresource.errors import SjresourceError
from sjresource.sanitize import plain_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANSWERS_WITHIN = 5.0
"""Seconds for a line of the log: nothing depends on its being heard."""


class EngineLog:
    """Lines on a resource's own row, or on that of the stack; to stderr if no engine listens."""

    def __init__(self, address: str | None) -> None:
        self._stub: Any = None
        if address:
            self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def progress(self, urn: str, text: str) -> None:
        """Show a line that the next one replaces."""
        self._log(engine_pb2.INFO, urn, text, ephemeral=True)

    def inform(self, urn: str, text: str) -> None:
        """Show a line that stays."""
        self._log(engine_pb2.INFO, urn, text)

    def warn(self, urn: str, text: str) -> None:
        """Show a warning."""
        self._log(engine_pb2.WARNING, urn, text)

    def debug(self, text: str) -> None:
        """Write into the engine's own log, which only `--debug` shows."""
        self._log(engine_pb2.DEBUG, "", text)

    def is_there(self) -> bool:
        """Return whether the engine still answers."""
        if self._stub is None:
            return False
        try:
            self._stub.GetRootResource(engine_pb2.GetRootResourceRequest(), timeout=_ANSWERS_WITHIN)
        except grpc.RpcError:
            return False
        return True

    def _log(self, severity: Any, urn: str, text: str, *, ephemeral: bool = False) -> None:
        line = plain_lines(text)
        if self._stub is not None:
            request = engine_pb2.LogRequest(
                severity=severity, message=line, urn=urn, ephemeral=ephemeral
            )
            with contextlib.suppress(grpc.RpcError):
                self._stub.Log(request, timeout=_ANSWERS_WITHIN)
                return
        if severity in (engine_pb2.WARNING, engine_pb2.ERROR):
            sys.stderr.write(f"{line}\n")


class Cancelled(SjresourceError):  # noqa: N818 - a fact, as in errors.py
    """The user has cancelled the operation while it waited for AWS."""

    def __init__(self) -> None:
        super().__init__(
            "waiting", "AWS", "Batch", "cancelled", "the next `pulumi up` goes on from here"
        )


class Cancellation:
    """Ends everything that waits, once the engine says so."""

    def __init__(self) -> None:
        self._waits: set[threading.Event] = set()
        self._lock = threading.Lock()
        self._cancelled = False

    def cancel(self) -> int:
        """End all waits, present and later ones; return how many there were."""
        with self._lock:
            self._cancelled = True
            waits = list(self._waits)
        for wait in waits:
            wait.set()
        return len(waits)

    def sleep(self, seconds: float) -> None:
        """Let seconds pass.

        Raises:
            Cancelled: the engine has cancelled.
        """
        self.wait(threading.Event(), seconds)

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Wait for an event; return False if it has not come in time. None waits without end.

        Raises:
            Cancelled: the engine has cancelled.
        """
        with self._waiting(event):
            came = event.wait(seconds)
        if self._cancelled:
            raise Cancelled
        return came

    @contextlib.contextmanager
    def _waiting(self, event: threading.Event) -> Iterator[None]:
        with self._lock:
            if self._cancelled:
                event.set()
            self._waits.add(event)
        try:
            yield
        finally:
            with self._lock:
                self._waits.discard(event)
