"""Runs the Pulumi CLI as the Automation API does, without loading it.

`LocalWorkspace` is more than half a second of processor before it answers: it loads the whole SDK,
and asks for the CLI's version. Errors are the API's own.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def run_pulumi(folder: Path, *arguments: str) -> str:
    """Run `pulumi` in a project's folder, asking nobody anything; return its stdout.

    Raises:
        pulumi.automation.CommandError: it failed.
        pulumi.RunError: it can't be started.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - our own words, and a stack's name
            ["pulumi", "--non-interactive", *arguments],  # noqa: S607 - the user's own, on PATH
            cwd=folder,
            env={**os.environ, "PULUMI_AUTOMATION_API": "true"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        from pulumi import RunError  # noqa: PLC0415 - see the top

        why = error.strerror or error
        raise RunError(f"running pulumi: {why}; it must be on PATH to read a stack") from None
    if ran.returncode:
        from pulumi.automation import CommandError, CommandResult  # noqa: PLC0415 - see the top

        code = ran.returncode
        raise CommandError(CommandResult(stdout=ran.stdout, stderr=ran.stderr, code=code))
    return ran.stdout
