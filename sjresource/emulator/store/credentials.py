"""The keys that the emulator accepts: its own random one, and temporary ones that STS issued.

Its own is in `DATA/credentials`, an AWS shared credentials file (mode 0600) with the profile
`sjresource-emulator`. `server/sigv4.py` checks signatures.
"""

from __future__ import annotations

import configparser
import os
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sjresource.emulator.store.damage import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROFILE: Final = "sjresource-emulator"


@dataclass(frozen=True)
class Credentials:
    """A key pair in boto3's names: `boto3.client(..., **vars(credentials))` works."""

    aws_access_key_id: str
    """The key's id; not secret."""
    aws_secret_access_key: str = field(repr=False)
    """The secret with which requests are signed; never shown."""


@dataclass(frozen=True)
class TemporaryCredentials:
    """Keys that STS issued; `expires_at` is in epoch seconds of the real clock."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: float


def new_credentials() -> Credentials:
    """Return a new random key pair in AWS's form."""
    return Credentials("AKIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30))


def credentials_in(folder: Path) -> Credentials:
    """Return the key pair of `folder/credentials`; the first call creates it.

    Other profiles in that file stay.

    Raises:
        DamagedError: the file can't be read.
    """
    path = folder / "credentials"
    stored = _read(path)
    if stored is not None:
        return stored
    credentials = new_credentials()
    _write(path, credentials)
    return credentials


class Keyring:
    """The secrets of all accepted keys; thread-safe."""

    def __init__(self, own: Credentials, now: Callable[[], float]) -> None:
        self._own = own
        self._now = now
        self._temporary: dict[str, TemporaryCredentials] = {}
        self._lock = threading.Lock()

    def own_secret(self, access_key_id: str) -> str | None:
        """Return the secret of the emulator's own key, None for any other."""
        own = self._own
        return own.aws_secret_access_key if access_key_id == own.aws_access_key_id else None

    def temporary(self, access_key_id: str) -> TemporaryCredentials | None:
        """Return temporary credentials, also if they expired less than a day ago."""
        with self._lock:
            return self._temporary.get(access_key_id)

    def issue(self, credentials: TemporaryCredentials) -> None:
        """Accept `credentials` until they expire."""
        day = 86_400
        with self._lock:
            for key, known in list(self._temporary.items()):
                if known.expires_at + day < self._now():
                    del self._temporary[key]
            self._temporary[credentials.access_key_id] = credentials


def _read(path: Path) -> Credentials | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        if not parser.read(path) or not parser.has_section(PROFILE):
            return None
        section = parser[PROFILE]
        pair = section["aws_access_key_id"].strip(), section["aws_secret_access_key"].strip()
    except (configparser.Error, UnicodeError, KeyError) as error:
        raise _damaged(path, type(error).__name__) from None
    if not all(pair):
        raise _damaged(path, "an empty key")
    return Credentials(*pair)


def _damaged(path: Path, problem: str) -> DamagedError:
    return DamagedError(
        f"reading {path}: the file with the emulator's key is damaged ({problem}); put back a copy "
        "of it, or remove it: the next start draws another key"
    )


def _write(path: Path, credentials: Credentials) -> None:
    others = f"{path.read_text().rstrip()}\n\n".lstrip() if path.exists() else ""
    lines = [f"[{PROFILE}]", *(f"{name} = {value}" for name, value in vars(credentials).items())]
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(others + "\n".join(lines) + "\n")
    unfinished.replace(path)
