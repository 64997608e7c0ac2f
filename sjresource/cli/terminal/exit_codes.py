"""How the command ends: its exit codes, and the one line in which it says what went wrong.

Errors are raised where they happen, and ended here. Words of AWS and Pulumi are made harmless to a
terminal before they are shown.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from sjresource.errors import NotFound, SjresourceError

if TYPE_CHECKING:
    from typing import TypeAlias

    Ending: TypeAlias = "tuple[str, int]"


class ExitCode(IntEnum):
    """What scripts are told; docs/command.md has the same table."""

    DONE = 0
    NOT_WELL = 1
    """The question was answered, and the answer is bad: a job failed, a check did."""
    USAGE = 2
    NOT_FOUND = 3
    AMBIGUOUS = 4
    AWS = 5
    PULUMI = 6
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class CommandFailure(Exception):  # noqa: N818 - the name of the fact, as in errors.py
    """A command that can't do what it was asked; its text is shown as it is, on stderr."""

    def __init__(self, said: str, code: ExitCode) -> None:
        super().__init__(said)
        self.code = code


EXTRAS = {
    "click": "cli", "packaging": "cli", "psutil": "cli", "rich": "cli", "waitress": "cli",
    "moto": "emulator",
}  # fmt: skip
"""The extra that installs each package."""


def ending_of(error: BaseException) -> Ending | None:
    """Give the line to show, "" for none, and the exit code; None for a mistake of our own."""
    import pulumi  # noqa: PLC0415 - `--help` and completion do without
    from pulumi.automation import CommandError, InvalidVersionError  # noqa: PLC0415 - as above

    if isinstance(error, CommandFailure):
        return str(error), error.code
    if isinstance(error, SjresourceError):
        code = ExitCode.NOT_FOUND if isinstance(error, NotFound) else ExitCode.AWS
        return str(error), code
    if isinstance(error, CommandError):
        return f"running pulumi: {words_of_pulumi(error)}", ExitCode.PULUMI
    if isinstance(error, (InvalidVersionError, pulumi.RunError)):
        return str(error), ExitCode.PULUMI
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRAS:
        return extra_is_missing(error), ExitCode.USAGE
    return None


def extra_is_missing(error: ModuleNotFoundError) -> str:
    """Say what to install."""
    extra = EXTRAS.get(error.name or "", "cli")
    return f"starting sjresource: {error.name} is not installed; pip install 'sjresource[{extra}]'"


def words_of_pulumi(error: Exception) -> str:
    """Give what the CLI said was wrong, without the rest of its output."""
    said = str(error).partition("\n stderr: ")[2].splitlines()
    errors = [line.removeprefix("error: ").strip() for line in said if line.startswith("error: ")]
    told = [line.strip() for line in said if line.strip()]
    return (errors or told or ["it failed and did not say why"])[-1]
