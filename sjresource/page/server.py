"""Serves the page on this machine, for whoever has no server, and closes idle connections."""

from __future__ import annotations

import contextlib
import logging
import resource
import socket
from typing import TYPE_CHECKING, Any, Final

import waitress  # type: ignore[import-untyped] # it has no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped] # the same

if TYPE_CHECKING:
    from sjresource.page.app import PageApp

HOST: Final = "127.0.0.1"
_THREADS: Final = 4
_MOST_BYTES: Final = 64 * 1024


MOST: Final = 1000
_ROOM: Final = 8
"""Connections that are kept free, as waitress accepts none at its limit."""


def most_connections() -> int:
    """Return how many connections a server can have; not only they need file descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, max(5 * _ROOM, soft // 2))


class LocalChannel(HTTPChannel):  # type: ignore[misc] # it has no types
    """A connection that takes no room from others, and loses no answer when it ends.

    When there are too many, those that were idle longest are closed: otherwise a client that opens
    connections and sends nothing would lock all others out until the connections time out.

    A refusal may be written while the client still sends the refused body. If the socket were
    closed with bytes unread, the system would reset the connection, and the client would lose the
    refusal that it has not read yet (RFC 9112, 9.6). So its end is announced, and what still comes
    is thrown away until the client closes, or for `channel_timeout` at most.
    """

    close_when_flushed: bool
    _ends = False

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002 - waitress's name
        super().__init__(server, sock, addr, adj, map)
        too_many = len(server.active_channels) + _ROOM - int(adj.connection_limit)
        if too_many > 0:
            idle = [each for each in server.active_channels.values() if self._may_go(each)]
            for each in sorted(idle, key=lambda each: float(each.last_activity))[:too_many]:
                each.will_close = True

    def _may_go(self, other: Any) -> bool:
        return not (other is self or other.requests or other.total_outbufs_len or other.will_close)

    def handle_write(self) -> None:
        """Send what is to be sent; after the last answer, announce the end."""
        last = self.close_when_flushed and not self.will_close
        if last:
            self.close_when_flushed = False  # or waitress would close
        super().handle_write()
        if not last or not self.connected:
            return
        if self.total_outbufs_len:
            self.close_when_flushed = True
            return
        self._ends = True
        with contextlib.suppress(OSError):  # the client has closed
            self.socket.shutdown(socket.SHUT_WR)

    def readable(self) -> bool:
        """Return whether something is to be read."""
        return self._ends or bool(super().readable())

    def handle_read(self) -> None:
        """Read more; throw it away if the last answer was sent."""
        if not self._ends:
            super().handle_read()
            return
        try:
            self.recv(self.adj.recv_bytes)  # closes at the end of what comes
        except OSError:
            self.handle_close()


class PageServer:
    """Listens on a loopback address, on a free port if `port` is 0.

    `most` bounds the connections, by default to as many as this process can have.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, site: PageApp, port: int = 0, most: int = 0) -> None:
        logging.getLogger("waitress.queue").setLevel(
            logging.ERROR
        )  # it warns when a request waits for a thread
        self._server: Any = waitress.create_server(
            site,
            map={},
            host=HOST,
            port=port,
            threads=_THREADS,
            connection_limit=most or most_connections(),
            channel_timeout=60,
            asyncore_use_poll=True,  # select can't have many descriptors
            max_request_body_size=_MOST_BYTES,
            ident="sjresource",
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = LocalChannel

    @property
    def url(self) -> str:
        """The address on which it listens."""
        return f"http://{HOST}:{self._server.effective_port}"

    def run(self) -> None:
        """Serve until the thread is interrupted."""
        self._server.run()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
