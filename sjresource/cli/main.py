"""Where the `sjresource` command starts, and where every error ends in one line and an exit code.

Nothing of the extra `cli` is imported before it is known to be there, and no command's module
before it is called: `sjresource --help` needs neither AWS's libraries nor Pulumi's.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

from sjresource.cli.terminal.exit_codes import ExitCode, ending_of, extra_is_missing

if TYPE_CHECKING:
    from types import FrameType


def main() -> NoReturn:
    """Run the command that the process was called with, and exit."""
    hush_threads_after_ctrl_c()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = ExitCode.PIPE_CLOSED
    if code == ExitCode.PIPE_CLOSED:
        # What is still to be flushed at exit has no reader, and would end in a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command and give its exit code; what went wrong stands on stderr, in one line."""
    try:
        import click  # noqa: PLC0415 - it may be missing

        from sjresource.cli.command_group import sjresource  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        return _end(extra_is_missing(error), ExitCode.USAGE)
    try:
        answer = sjresource.main(arguments, prog_name="sjresource", standalone_mode=False)
        return answer if isinstance(answer, int) else ExitCode.DONE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _end("", ExitCode.INTERRUPTED)
    except SystemExit as leaving:  # click's way after a completion; click's and rich's, with 1,
        if leaving.code == 1 and "_SJRESOURCE_COMPLETE" not in os.environ:  # after a broken pipe
            return ExitCode.PIPE_CLOSED
        raise
    except Exception as error:
        ending = ending_of(error)
        if ending is None:
            raise
        return _end(*ending)


def hush_threads_after_ctrl_c() -> None:
    """Let no thread end in a traceback once Ctrl-C was pressed.

    Pulumi's own, which read what its CLI says, lose their pipes when the wait for it is cut short.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        threading.excepthook = lambda _: None
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is to be ignored
        signal.signal(signal.SIGINT, interrupt)


def _end(said: str, code: int) -> int:
    from sjresource.sanitize import quotable  # noqa: PLC0415 - only where something is said

    if said:
        print(f"sjresource: {quotable(said)}", file=sys.stderr)  # noqa: T201 - a command's voice
    return code
