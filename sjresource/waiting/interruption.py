"""What a program says when its `pulumi up` is cancelled: that the jobs go on, and how to look.

Ctrl-C reaches the program as SIGINT, from the terminal, or as SIGTERM, from the engine. It is put
off for the moment that a line needs to get to the engine; a second one is not.
"""

from __future__ import annotations

import os
import signal
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable

_MOMENT = 0.3
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


def say_when_interrupted(jobs: Callable[[], int]) -> None:
    """Have it said, if anything is waited for by then; `jobs` counts them.

    A script's own way to take a signal is left alone, and so are programs that share a process.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in _DEFAULTS:
            signal.signal(number, _Saying(jobs, signal.getsignal(number)))


def interruption(jobs: int) -> str:
    """Say that a wait has ended, and not the jobs."""
    look = "`sjresource watch` shows them, " if find_spec("click") is not None else ""
    them = "the job goes on" if jobs == 1 else f"the {jobs} jobs go on"
    return f"only the wait has ended, {them}: {look}the next `pulumi up` goes on waiting"


class _Saying:
    """A handler that says it once, and lets the next signal do what it always did."""

    def __init__(self, jobs: Callable[[], int], before: Any) -> None:
        self._jobs = jobs
        self._before = before

    def __call__(self, number: int, _frame: Any) -> None:
        signal.signal(number, self._before)
        jobs = self._jobs()
        if jobs:
            pulumi.log.info(interruption(jobs))
        threading.Timer(_MOMENT if jobs else 0.0, os.kill, (os.getpid(), number)).start()
