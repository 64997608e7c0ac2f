"""Reads what training code has left in its folder, without trusting it.

Links are not followed, only regular files are read, and only as much as there may be: a link can
lead anywhere, a pipe never ends, a sparse file has any size. All processes of the job have ended
when this is used, so nothing changes meanwhile.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO, Final

from sjresource.emulator.executors.process.contract import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES: Final = 1024 * 1024 * 1024
"""Of what is uploaded at once, which is what the emulator's S3 takes."""

MOST_FILES: Final = 10_000


def require_inside(folder: Path, root: Path, said: str) -> None:
    """Raise CannotRunError for a folder that is really elsewhere; `said` is what names it."""
    real, allowed = os.path.realpath(folder), os.path.realpath(root)
    if os.path.commonpath([real, allowed]) != allowed:
        raise CannotRunError(f"ClientError: {said} leads out of the job's folder")


def require_folder(folder: Path, root: Path, said: str) -> None:
    """Make a folder that training code may have removed; CannotRunError if it can't be one."""
    require_inside(folder, root, said)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRunError(f"ClientError: {said} is no folder: {error.strerror}") from error


def regular_files(folder: Path, said: str) -> list[Path]:
    """Return the regular files in a folder and below, in order; CannotRunError for too much."""
    found: list[Path] = []
    size = 0
    for path, status in _walk(folder):
        found.append(path)
        size += status.st_size
        if size > MOST_BYTES or len(found) > MOST_FILES:
            raise CannotRunError(
                f"ClientError: {said} is too large: the emulator uploads at most "
                f"{MOST_FILES} files with {MOST_BYTES // 1024**3} GiB"
            )
    return sorted(found)


def open_regular(path: Path) -> BinaryIO:
    """Open a file that is a regular one; OSError for anything else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name} is no regular file")
    return os.fdopen(descriptor, "rb")


def beginning(path: Path, root: Path, most: int) -> str:
    """Return the first bytes of a file as text; empty for one that is not to be read."""
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
