"""When Python searches a process for garbage: seldom, and not at all as the process ends.

Pulumi's SDK and botocore with its models are half a million objects, none of which is garbage. To
look through them takes a tenth of a second at an end that the engine, or a shell, waits for, and as
long while they are loaded. What a process holds at its end the system takes back.
"""

from __future__ import annotations

import atexit
import gc
import sys
from functools import cache
from pathlib import PurePath

_PROGRAM_HOST = "pulumi-language-python-exec"
"""What Pulumi runs a program with."""

_NEW_OBJECTS = 20_000
"""So many more than before, and Python searches the young ones; its own default is 700."""


def search_seldom() -> None:
    """Let Python search less often, in a process of our own."""
    gc.set_threshold(_NEW_OBJECTS)


@cache
def spare_the_exit() -> None:
    """Let this process end without a search."""
    atexit.register(gc.freeze)


def spare_the_exit_of_a_program() -> None:
    """Let a program end without a search, if that is all that this process is there for.

    An inline program's process is its user's.
    """
    if any(PurePath(each).name == _PROGRAM_HOST for each in sys.orig_argv):
        spare_the_exit()
