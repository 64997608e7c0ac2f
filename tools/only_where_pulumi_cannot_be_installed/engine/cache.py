"""The cache folder: who may write it, and how nothing half-made is ever seen in it.

What is there is complete and never changes: it is made in a temporary folder beside its place and
renamed. One process at a time makes something; the others wait for it.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAKING = "making-"


def cache_folder(environment: Mapping[str, str], version: str) -> Path:
    """Return where this version of the engine is kept; XDG_CACHE_HOME moves it."""
    base = environment.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(base) / "sjresource" / "engine" / version


@contextmanager
def sole_maker(cache: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the cache's lock; block while another process has it.

    A process that died leaves the lock free, and perhaps temporary folders: they are removed.

    Args:
        cache: Made if it isn't there.
        waiting: Called again and again while another process has the lock; it may sleep, and must
            not return at once.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        while not _locked(lock.fileno()):
            waiting()
        for leftover in cache.glob(MAKING + "*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextmanager
def making(place: Path) -> Iterator[Path]:
    """Yield an empty temporary folder that becomes `place` if the block ends well.

    After any exception, Ctrl-C included, it is removed and `place` is as before. Call it under
    `sole_maker` only.
    """
    folder = Path(tempfile.mkdtemp(prefix=MAKING, dir=place.parent))
    try:
        yield folder
        shutil.rmtree(place, ignore_errors=True)
        folder.chmod(0o755)
        folder.rename(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
