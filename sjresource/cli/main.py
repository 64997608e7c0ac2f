"""The entry point of the `sjresource` command: every error ends in one line and an exit code.

Packages of the extra `cli` are imported only after a check that it is installed, and a command's
module only when that command is run: `sjresource --help` loads neither AWS's libraries nor
Pulumi's.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from sjresource.cli.terminal.exit_codes import ExitCode, exit_for, missing_extra_message
from sjresource.process.garbage import search_seldom, spare_the_exit
from sjresource.process.standard_streams import ended

if TYPE_CHECKING:
    from types import FrameType


def main() -> NoReturn:
    """Run the command in this process's arguments, and exit."""
    search_seldom()
    spare_the_exit()
    silence_threads_after_ctrl_c()
    sys.exit(ended("sjresource", lambda: run(sys.argv[1:])))


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; print an error to stderr, in one line."""
    try:
        import click  # noqa: PLC0415 - it may be missing

        from sjresource.cli.command_group import sjresource  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        return _exit_code(missing_extra_message(error), ExitCode.USAGE)
    try:
        code = sjresource.main(arguments, prog_name="sjresource", standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.OK
    except click.ClickException as error:
        with suppress(OSError):  # its exit code says it, too
            error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except SystemExit as error:  # click's way after a completion; click's and rich's, with 1,
        if error.code == 1 and "_SJRESOURCE_COMPLETE" not in os.environ:  # after a broken pipe
            return ExitCode.PIPE_CLOSED
        raise
    except Exception as error:  # all but bugs; to name their classes here would load Pulumi's SDK
        known = exit_for(error)
        if known is None:
            raise
        return _exit_code(*known)


def silence_threads_after_ctrl_c() -> None:
    """Let no thread print a traceback after Ctrl-C.

    Threads of Pulumi's SDK read its CLI's output, and fail when that is interrupted.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        threading.excepthook = lambda _: None
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is to be ignored
        signal.signal(signal.SIGINT, interrupt)


def _exit_code(message: str, code: ExitCode) -> int:
    from sjresource.sanitize import quotable  # noqa: PLC0415 - only where something is printed

    with suppress(OSError):  # the exit code says it, too
        print(f"sjresource: {quotable(message)}", file=sys.stderr)  # noqa: T201 - a command's output
    return code
