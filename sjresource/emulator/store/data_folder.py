"""The data folder: whether an emulator may use it, who may read it, and which files it has.

A folder belongs to an emulator if its marker says that one made it. An emulator touches only what
it made itself in it: its databases, the files of S3 objects, the folders of training jobs.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARKER: Final = ".sjresource-emulator"
"""In the folder itself, and in that of each training job."""

ADDRESS: Final = "address.json"
BATCH: Final = "batch.sqlite3"
LOGS: Final = "logs.sqlite3"
OBJECTS: Final = "objects"
OBJECTS_INDEX: Final = "index.sqlite3"
TRAINING: Final = "training"

_OTHER_FILES: Final = (ADDRESS, "credentials", "emulator.json", "lock", MARKER)
_SUFFIXES: Final = ("", "-shm", "-wal", "-journal")
_OBJECT: Final = re.compile("[0-9a-f]{32}[.]object")
_TEXT: Final = "An sjresource emulator made this folder, and deletes what it keeps here.\n"


class ForeignFolderError(Exception):
    """The folder does not belong to an emulator."""


def claim(data: Path) -> None:
    """Mark a folder as the emulator's, readable by its owner only.

    Raises:
        ForeignFolderError: it holds other files, or can't be used.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not is_claimed(data):
            _require_free(data)
            mark(data)
        data.chmod(0o700)
        for path in _own(data):
            _close_to_others(path)
    except OSError as error:
        raise _refusal(data, error.strerror or str(error)) from None


def is_claimed(folder: Path) -> bool:
    """Return whether an emulator of this user made a folder."""
    try:
        marker = (folder / MARKER).lstat()
    except OSError:
        return False
    return stat.S_ISREG(marker.st_mode) and marker.st_uid == os.geteuid()


def mark(folder: Path) -> None:
    """Write the marker that an emulator made a folder."""
    descriptor = os.open(folder / MARKER, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_TEXT)


def is_object_file(name: str) -> bool:
    """Return whether a file in the objects' folder is an emulator's."""
    return _OBJECT.fullmatch(name) is not None


def job_folders(training: Path) -> list[Path]:
    """Return the folders of training jobs that an emulator made, and nothing else."""
    if not training.is_dir():
        return []
    return sorted(path for path in training.iterdir() if is_claimed(path) and not path.is_symlink())


def empty(data: Path) -> None:
    """Delete all that an emulator keeps in its folder, but for its key and its address."""
    for path in [*_databases(data), *_object_files(data)]:
        path.unlink(missing_ok=True)
    for folder in job_folders(data / TRAINING):
        shutil.rmtree(folder)


def _require_free(data: Path) -> None:
    found = data.stat()
    if found.st_uid != os.geteuid():
        raise _refusal(data, "it is another user's")
    if found.st_mode & stat.S_ISVTX:
        raise _refusal(data, "everybody may write to it")
    for path in data.iterdir():
        raise _refusal(data, f"it is not empty, and no emulator made it: it has {path.name!r}")


def _refusal(data: Path, reason: str) -> ForeignFolderError:
    return ForeignFolderError(
        f"starting Emulator ({data}): the folder can't be used: {reason}; give --data a folder "
        "that is new or empty"
    )


def _own(data: Path) -> Iterator[Path]:
    """Yield the paths of what an emulator keeps, without training jobs' own files."""
    yield from _databases(data)
    yield from (data / name for name in (OBJECTS, TRAINING, *_OTHER_FILES))
    yield from _object_files(data)


def _databases(data: Path) -> Iterator[Path]:
    for database in (data / BATCH, data / LOGS, data / OBJECTS / OBJECTS_INDEX):
        yield from (database.with_name(f"{database.name}{suffix}") for suffix in _SUFFIXES)


def _object_files(data: Path) -> list[Path]:
    folder = data / OBJECTS
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if is_object_file(path.name)]


def open_for_owner(path: str, flags: int) -> int:
    """Open a file that only its owner may read if it is new; for `open(..., opener=...)`."""
    return os.open(path, flags, 0o600)


def _close_to_others(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if found.st_mode & 0o077 and not stat.S_ISLNK(found.st_mode):
        path.chmod(stat.S_IMODE(found.st_mode) & 0o700)
