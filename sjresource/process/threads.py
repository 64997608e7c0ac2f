"""Blocking calls beside other work, in daemon threads.

The program's default executor is shared with resource registration and joined at exit: a call that
hangs there would hold up both.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


async def in_daemon_thread(call: Callable[[], Answer]) -> Answer:
    """Run a blocking call in a thread of its own, and return its result."""
    return await asyncio.wrap_future(begin(call))


def begin(call: Callable[[], Answer]) -> Future[Answer]:
    """Start a blocking call in a thread of its own, and return what will have its result.

    Its warnings are shown where this thread's are.
    """
    done: Future[Answer] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            done.set_exception(error)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="sjresource", daemon=True).start()
    return done
