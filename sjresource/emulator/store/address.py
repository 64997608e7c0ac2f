"""The address of a data folder's emulator: its port, and the secrets of its queue page.

It is kept in `DATA/address.json` (mode 0600), so that shells and bookmarks go on after a restart.
The port is a wish: where another program has it by now, there is another one.
"""

from __future__ import annotations

import json
import logging
import socket
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.store.data_folder import ADDRESS, open_for_owner
from sjresource.page.auth import PageSecrets

if TYPE_CHECKING:
    from pathlib import Path

_LOG: Final = logging.getLogger(__name__)
_LAST_PORT: Final = 65535
_LEAST_SECRET: Final = 32
"""The characters of a secret that can't be guessed."""


@dataclass(frozen=True)
class Address:
    """Where an emulator listens, and what lets a browser in; `port` 0 is not known yet."""

    port: int = 0
    page: PageSecrets = field(default_factory=PageSecrets)

    def port_to_try(self, asked: int | None, host: str) -> int:
        """Return the port to listen on: the one asked for, else this one if it is free, else 0."""
        if asked is not None:
            return asked
        if self.port and not _is_free(host, self.port):
            _LOG.warning("port %s, which this emulator had, is taken; it gets another", self.port)
            return 0
        return self.port

    def store(self, data: Path, port: int) -> None:
        """Keep this address, with the port that the emulator has got, for the next start."""
        text = json.dumps(asdict(replace(self, port=port)))
        unfinished = data / f"{ADDRESS}.unfinished"
        unfinished.unlink(missing_ok=True)
        with open(unfinished, "x", opener=open_for_owner) as file:
            file.write(text + "\n")
        unfinished.replace(data / ADDRESS)


def stored_address(data: Path) -> Address:
    """Return the address that the last start kept; a new one if there is none, or it is damaged."""
    try:
        return _decoded(json.loads((data / ADDRESS).read_text()))
    except FileNotFoundError:
        return Address()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        _LOG.warning("reading %s: it is damaged; this emulator gets a new address", data / ADDRESS)
        return Address()


def _decoded(stored: Any) -> Address:
    port, secrets = stored["port"], (stored["page"]["token"], stored["page"]["session"])
    if type(port) is not int or not 0 <= port <= _LAST_PORT:
        raise ValueError(port)
    if not all(isinstance(each, str) and len(each) >= _LEAST_SECRET for each in secrets):
        raise ValueError("page")
    return Address(port, PageSecrets(*secrets))


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
