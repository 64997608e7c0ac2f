"""Serves the application with waitress on a loopback address, in a thread of its own."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import waitress  # type: ignore[import-untyped] # it has no types
from waitress import wasyncore

from sjresource.emulator.server.connections import MOST_BYTES, Channel, admit_all
from sjresource.page.connections import most_connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.protocol.http_messages import Request

_THREADS: Final = 8
_MOST_LENT: Final = 200


class Server:
    """A running server; `port` is the real one, also if 0 was asked for.

    A connection on which nothing moves for `idle_seconds`, a slow client's included, is closed, and
    before that if there are too many.
    `admit` raises AWSError for a head whose large body is not to be received.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        host: str,
        port: int,
        *,
        admit: Callable[[Request], None] = admit_all,
        idle_seconds: int = 60,
    ) -> None:
        _require_loopback(host)
        self.host = host
        self._map: dict[int, Any] = {}
        # It warns whenever all its threads are busy, which is nothing that a user could act on.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._server = waitress.create_server(
            application,
            map=self._map,
            host=host,
            port=port,
            threads=_THREADS,
            connection_limit=most_connections(),
            max_request_body_size=max(MOST_BYTES.values()) + 1,
            channel_timeout=idle_seconds,
            cleanup_interval=max(1, idle_seconds // 4),
            ident="sjresource-emulator",
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = Channel
        self._server.adj.admit = admit
        self.port = int(self._server.effective_port)
        self._stopping = threading.Event()
        self._lending = threading.Lock()
        self._lent = 0
        self._thread = threading.Thread(target=self._serve, name="emulator", daemon=True)

    @property
    def url(self) -> str:
        """Where the server listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def sleep(self, seconds: float) -> None:
        """Sleep in the middle of a request, without taking a thread from all others."""
        self._lend(1)
        try:
            time.sleep(seconds)
        finally:
            self._lend(-1)

    def _lend(self, threads: int) -> None:
        with self._lending:
            self._lent += threads
            count = _THREADS + min(self._lent, _MOST_LENT)
            if not self._stopping.is_set():
                self._server.task_dispatcher.set_thread_count(count)

    def stop(self) -> None:
        """Take no more requests, let those in work end, and close every connection."""
        self._stopping.set()
        if not self._thread.is_alive():
            wasyncore.close_all(self._map)
            return
        with contextlib.suppress(OSError):  # the thread may just have closed it by itself
            self._server.pull_trigger()
        self._thread.join()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._map, count=1)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)


def _require_loopback(host: str) -> None:
    """The emulator runs commands: nobody on another machine may reach it."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(
            f"starting Server ({host}): listens on a loopback address only; use 127.0.0.1"
        )
