"""What a program logs when its `pulumi up` is cancelled: that the jobs go on, and how to see them.

Ctrl-C reaches the program as SIGINT, from the terminal, or as SIGTERM, from the engine. The first
signal is put off for the moment that a line needs to get to the engine; a second one is not.
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

_DELAY_SECONDS = 0.3
_DEFAULT_HANDLERS = (signal.SIG_DFL, signal.default_int_handler)


def log_interruptions(jobs: Callable[[], int]) -> None:
    """Log an interruption of a program that waits; `jobs` returns for how many jobs.

    Handlers that the program has installed are left alone, and so are programs that share a
    process, which don't run in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in _DEFAULT_HANDLERS:
            signal.signal(number, _handler(jobs, signal.getsignal(number)))


def interruption_message(jobs: int) -> str:
    """Return the message that the wait has ended, and the jobs have not."""
    go_on, them = ("the job goes on", "it") if jobs == 1 else (f"the {jobs} jobs go on", "them")
    watch = f"`sjresource watch` shows {them}, " if find_spec("click") is not None else ""
    return f"only the wait has ended, {go_on}: {watch}the next `pulumi up` goes on waiting"


def _handler(jobs: Callable[[], int], previous: Any) -> Callable[[int, Any], None]:
    """Return a handler that logs once, and then sends the signal again to the previous handler."""

    def handle(number: int, _frame: Any) -> None:
        signal.signal(number, previous)
        count = jobs()
        if count:
            pulumi.log.info(interruption_message(count))
        delay = _DELAY_SECONDS if count else 0.0
        threading.Timer(delay, os.kill, (os.getpid(), number)).start()

    return handle
