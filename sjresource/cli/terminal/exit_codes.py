"""The exit codes of the command, and which error ends in which."""

from __future__ import annotations

from enum import IntEnum

from sjresource.errors import NotFound, SjresourceError
from sjresource.process import standard_streams


class ExitCode(IntEnum):
    """The exit codes, for scripts."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    AMBIGUOUS = 4
    AWS = 5
    PULUMI = 6
    UNWRITTEN = standard_streams.UNWRITTEN
    INTERRUPTED = 130
    PIPE_CLOSED = standard_streams.PIPE_CLOSED


EXIT_CODE_HELP = {
    ExitCode.OK: "Done.",
    ExitCode.FAILED: "The answer is negative: a job or a check has failed, or you said no.",
    ExitCode.USAGE: "Wrong usage, or an extra of the package is not installed.",
    ExitCode.NOT_FOUND: "There is no such job, queue, stack or emulator.",
    ExitCode.AMBIGUOUS: "JOB or QUEUE matches several.",
    ExitCode.AWS: "AWS, or the emulator, refused or did not answer.",
    ExitCode.PULUMI: "Pulumi could not read the stack: it lacks a project or a passphrase, say.",
    ExitCode.UNWRITTEN: "The output could not be written, as to a full disk.",
    ExitCode.INTERRUPTED: "Ctrl-C.",
    ExitCode.PIPE_CLOSED: "The reader of the pipe has gone.",
}
"""What each code means, for `sjresource --help`; docs/command.md says more of each."""


class CommandFailure(Exception):  # noqa: N818 - the name of the fact, as in errors.py
    """A command can't do what was asked. Its message is shown on stderr as it is."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


DOCTOR = "`sjresource doctor` checks what Pulumi needs"
"""What to do about an error that an engine, or its absence, may have caused."""

EXTRAS = {
    "click": "cli", "packaging": "cli", "psutil": "cli", "rich": "cli", "waitress": "cli",
    "moto": "emulator",
}  # fmt: skip
"""The extra that installs each package."""


def exit_for(error: BaseException) -> tuple[str, ExitCode] | None:
    """Return the message and exit code for an error; None for a bug, which needs a traceback."""
    import pulumi  # noqa: PLC0415 - `--help` and completion do without
    from pulumi.automation import CommandError, InvalidVersionError  # noqa: PLC0415 - as above

    if isinstance(error, CommandFailure):
        return str(error), error.code
    if isinstance(error, SjresourceError):
        return str(error), ExitCode.NOT_FOUND if isinstance(error, NotFound) else ExitCode.AWS
    if isinstance(error, (CommandError, InvalidVersionError)):
        said = pulumi_message(error) if isinstance(error, CommandError) else error
        return f"running pulumi: {said}; {DOCTOR}", ExitCode.PULUMI
    if isinstance(error, pulumi.RunError):
        return str(error), ExitCode.PULUMI
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRAS:
        return missing_extra_message(error), ExitCode.USAGE
    return None


def missing_extra_message(error: ModuleNotFoundError) -> str:
    """Return what to install for a missing package."""
    extra = EXTRAS.get(error.name or "", "cli")
    return f"starting sjresource: {error.name} is not installed; pip install 'sjresource[{extra}]'"


def pulumi_message(error: Exception) -> str:
    """Return the error message in the output of a failed `pulumi`."""
    stderr = str(error).partition("\n stderr: ")[2].splitlines()
    errors = [line.removeprefix("error: ").strip() for line in stderr if line.startswith("error: ")]
    lines = [line.strip() for line in stderr if line.strip()]
    return (errors or lines or ["it failed and did not say why"])[-1]
