"""How a Pulumi program is run with `pulumi-language-python-exec`, and what its end means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pulumi.runtime.proto import language_pb2

if TYPE_CHECKING:
    from pathlib import Path

    from .interpreter import Interpreter

# How pulumi-language-python-exec says that the user has been told what is wrong.
TOLD_THE_USER = 32


def program_command(
    request: language_pb2.RunRequest,
    *,
    interpreter: Interpreter,
    executor: Path,
    engine_address: str,
    tracing: str,
) -> list[str]:
    """Build the command line; what the engine left empty is left out."""
    flags = {
        "monitor": request.monitor_address,
        "engine": engine_address,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": str(request.dryRun).lower(),
        "parallel": str(request.parallel),
        "tracing": tracing,
        "organization": request.organization,
    }
    given = [part for name, value in flags.items() if value for part in (f"--{name}", value)]
    program = [request.info.entry_point or ".", *request.args]
    return [str(interpreter.executable), "-u", str(executor), *given, *program]


def program_environment(
    request: language_pb2.RunRequest, interpreter: Interpreter
) -> dict[str, str]:
    """Return the program its interpreter's environment, and the stack's config."""
    return {
        **interpreter.environment,
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def run_response(exit_code: int) -> language_pb2.RunResponse:
    """Report to the engine how a program ended; a signal has a negative code."""
    if exit_code == TOLD_THE_USER:
        return language_pb2.RunResponse(bail=True)
    if exit_code == 0:
        return language_pb2.RunResponse()
    return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {exit_code}")
