"""Reads the files that training code has left in its folder, without trusting it.

Links are not followed, only regular files are read, and only up to a limit: a link can lead
anywhere, a pipe never ends, a sparse file has any size. All processes of the job have ended before,
so nothing changes meanwhile.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO, Final

from sjresource.emulator.executors.process.container import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES: Final = 1024 * 1024 * 1024
"""Uploaded at once, at most: the emulator's S3 takes no more."""

MOST_FILES: Final = 10_000


def require_inside(folder: Path, root: Path, noun: str) -> None:
    """Raise CannotRunError for a folder that links lead out of `root`; `noun` names it."""
    real, allowed = os.path.realpath(folder), os.path.realpath(root)
    if os.path.commonpath([real, allowed]) != allowed:
        raise CannotRunError(f"ClientError: {noun} leads out of the job's folder")


def require_folder(folder: Path, root: Path, noun: str) -> None:
    """Make a folder that training code may have removed; CannotRunError if it can't be made."""
    require_inside(folder, root, noun)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRunError(f"ClientError: {noun} is no folder: {error.strerror}") from error


def regular_files(folder: Path, noun: str) -> list[Path]:
    """Return the regular files in a folder and below, sorted; CannotRunError for too many."""
    found: list[Path] = []
    size = 0
    for path, status in _walk(folder):
        found.append(path)
        size += status.st_size
        if size > MOST_BYTES or len(found) > MOST_FILES:
            raise CannotRunError(
                f"ClientError: {noun} is too large: the emulator uploads at most "
                f"{MOST_FILES} files with {MOST_BYTES // 1024**3} GiB"
            )
    return sorted(found)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file; OSError for anything else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name} is no regular file")
    return os.fdopen(descriptor, "rb")


def beginning(path: Path, root: Path, most: int) -> str:
    """Return the first bytes of a file as text; "" for one that must not be read."""
    try:
        require_inside(path.parent, root, path.name)
        with open_regular(path) as file:
            return file.read(most).decode(errors="replace")
    except (OSError, CannotRunError):
        return ""


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for parent, _, names in os.walk(folder, followlinks=False):
        for name in names:
            path = folder / parent / name
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                yield path, status
