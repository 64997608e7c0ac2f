"""Waitress's connections, of which those that do nothing make room for others."""

from __future__ import annotations

import resource
from typing import Any, Final

from waitress.channel import HTTPChannel  # type: ignore[import-untyped] # it has no types

MOST: Final = 1000
_ROOM: Final = 8
"""So many places are free, as nobody is taken on where none is."""


def most_connections() -> int:
    """Return how many connections a server can have: descriptors are needed for more than those."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, max(5 * _ROOM, soft // 2))


class Channel(HTTPChannel):  # type: ignore[misc] # it has no types
    """A connection: when there are too many, the one on which nothing moved for longest is closed.

    Else whoever opens connections and says nothing would lock everybody out until they time out.
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
