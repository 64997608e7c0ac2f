"""Serves the page on this machine, for whoever has no server of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import waitress  # type: ignore[import-untyped] # it has no types

from sjresource.page.connections import Channel, most_connections

if TYPE_CHECKING:
    from sjresource.page.app import PageApp

HOST: Final = "127.0.0.1"
_THREADS: Final = 4
_MOST_BYTES: Final = 64 * 1024


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
        self._server.channel_class = Channel

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
