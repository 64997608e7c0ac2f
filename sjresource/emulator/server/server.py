"""Serves the application with waitress on a loopback address, in a thread of its own."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import waitress  # type: ignore[import-untyped] # it has no types
from waitress import wasyncore

from sjresource.emulator.server.access import require_loopback
from sjresource.emulator.server.connections import MOST_BYTES, EmulatorChannel, admit_all
from sjresource.page.server import most_connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.protocol.http_messages import Request

_THREADS: Final = 8
_MOST_EXTRA: Final = 200


class Server:
    """An HTTP server; `port` is the real one, also if 0 was asked for.

    A connection without traffic for `idle_seconds` is closed, and earlier if there are too many.
    `admit` raises AWSError for a head whose large body must not be received.
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
        require_loopback(host)
        self.host = host
        self._map: dict[int, Any] = {}
        # It warns whenever all its threads are busy, which no user could act on.
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
        self._server.channel_class = EmulatorChannel
        self._server.adj.admit = admit
        self.port = int(self._server.effective_port)
        self._stopping = threading.Event()
        self._resizing = threading.Lock()
        self._extra = 0
        self._thread = threading.Thread(target=self._serve, name="emulator", daemon=True)

    @property
    def url(self) -> str:
        """The URL at which the server listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Start to serve; returns at once."""
        self._thread.start()

    def sleep(self, seconds: float) -> None:
        """Sleep in the middle of a request; another thread serves the others meanwhile."""
        self._add_threads(1)
        try:
            time.sleep(seconds)
        finally:
            self._add_threads(-1)

    def _add_threads(self, threads: int) -> None:
        with self._resizing:
            self._extra += threads
            count = _THREADS + min(self._extra, _MOST_EXTRA)
            if not self._stopping.is_set():
                self._server.task_dispatcher.set_thread_count(count)

    def stop(self) -> None:
        """Take no more requests, let the running ones end, and close every connection."""
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
