"""What the plugins of one `pulumi` tell each other of jobs: each runs in a process of its own.

One program may have dynamic resources, the plugin, and several providers of it. A note is gone when
the process that has left it ends in its own time, or calls `forget_notes`. Nothing is noted where
no `pulumi` is found.
"""

from __future__ import annotations

import atexit
import json
import os
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, TextIO, cast

from sjresource.stack.pulumi_cli.process import find_pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping


def note_taker(arn: str, taker: Mapping[str, Any]) -> None:
    """Note who has taken over a job in a create of this operation."""
    _note({"taken": arn, **taker})


def noted_taker(arn: str) -> dict[str, Any] | None:
    """Return who has taken a job over, by the notes of this user's plugins."""
    return next((each for each in reversed(_noted(arn)) if each.get("taken") == arn), None)


def note_maker(arn: str, front: str) -> str:
    """Note which front has made or taken over a thing; return the one that did so first."""
    _note({"made": arn, "by": front})
    makers = (each["by"] for each in _noted(arn) if each.get("made") == arn)
    return next(makers, front)


def note_that_it_hides(arn: str) -> None:
    """Note that a job has secret arguments, but not which."""
    _note({"hides": arn})


def noted_to_hide() -> set[str]:
    """Return the ARNs of the jobs of this operation that have secret arguments."""
    return {each["hides"] for each in _noted('"hides"') if "hides" in each}


def _note(noted: Mapping[str, Any]) -> None:
    path = _notes()
    if path is None:
        return
    with suppress(OSError), _opened(path, "a") as notes:
        notes.write(f"{json.dumps(noted)}\n")
        if path not in _left:
            _left.add(path)
            atexit.register(forget_notes)


def _noted(about: str) -> list[dict[str, Any]]:
    """Return the notes in whose text something stands: a stack of many jobs has many others."""
    path = _notes()
    if path is None:
        return []
    try:
        with _opened(path, "r") as notes:
            return [json.loads(line) for line in notes if about in line]
    except (OSError, ValueError):
        return []


def forget_notes() -> None:
    """Remove the notes that this process has left, before it ends. Idempotent."""
    for path in _left:
        with suppress(OSError):
            path.unlink(missing_ok=True)


_left: set[Path] = set()
"""Where this process has noted something."""

_USER = os.getuid() if hasattr(os, "getuid") else 0
# Where others may write too, a link or a pipe of this name would be theirs.
_AS_A_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _opened(path: Path, mode: str) -> TextIO:
    """Open a file of this user's own; raise OSError for anything else."""
    file = open(path, mode, opener=lambda name, flags: os.open(name, flags | _AS_A_FILE, 0o600))  # noqa: SIM115 - the caller closes it; pathlib has no opener
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode) or found.st_uid != _USER:
        file.close()
        msg = f"{path} is not a file of this user's"
        raise OSError(msg)
    return cast("TextIO", file)


@cache
def _notes() -> Path | None:
    """Return where the notes are; the start tells this `pulumi` from an earlier one of its id."""
    process = find_pulumi()
    if process is None:
        return None
    return Path(gettempdir(), f"sjresource-{_USER}-{process.pid}-{process.started}")
