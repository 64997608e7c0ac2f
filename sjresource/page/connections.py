"""Connections of waitress: idle ones are closed when there are too many."""

from __future__ import annotations

import resource
from typing import Any, Final

from waitress.channel import HTTPChannel  # type: ignore[import-untyped] # it has no types

MOST: Final = 1000
_ROOM: Final = 8
"""So many are kept free, as waitress accepts no connection at its limit."""


def most_connections() -> int:
    """Return how many connections a server can have; not only they need file descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, max(5 * _ROOM, soft // 2))


class Channel(HTTPChannel):  # type: ignore[misc] # it has no types
    """A connection; when there are too many, those that were idle longest are closed.

    Otherwise a client that opens connections and sends nothing would lock all others out until the
    connections time out.
    """

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002 - waitress's name
        super().__init__(server, sock, addr, adj, map)
        too_many = len(server.active_channels) + _ROOM - int(adj.connection_limit)
        if too_many > 0:
            idle = [each for each in server.active_channels.values() if self._may_go(each)]
            for each in sorted(idle, key=lambda each: float(each.last_activity))[:too_many]:
                each.will_close = True

    def _may_go(self, other: Any) -> bool:
        return not (other is self or other.requests or other.total_outbufs_len or other.will_close)
