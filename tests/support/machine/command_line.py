"""The `sjresource` command, called in this process as a shell would call it, or in one of its own.

In this process it costs no start-up; its environment is that of a stack's own commands.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry

import sjresource.cli
from sjresource.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMAS = Path(sjresource.cli.__file__).parent / "schemas"


@dataclass(frozen=True)
class Ended:
    """How a call of the command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """A shell in `folder` with `environment`."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        """Run the command in this process; `environment` is added to the shell's."""
        out, err = io.StringIO(), io.StringIO()
        with (
            self.shell(**environment),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = run(list(arguments))
        return Ended(code, out.getvalue(), err.getvalue())

    def answer(self, *arguments: str, schema: str, code: int = 0) -> Any:
        """Run it with `--json`; give what it prints, if that is as its schema says."""
        ended = self(*arguments, "--json")
        assert (ended.code, ended.err) == (code, "")
        answer = json.loads(ended.out)
        hold_against_schema(answer, schema)
        return answer

    @property
    def line(self) -> str:
        """What to type in a shell."""
        return f"{sys.executable} -m sjresource.cli"

    def process(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start it as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "sjresource.cli", *arguments],
            cwd=self.folder,
            text=True,
            **{
                "env": dict(self.environment),
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **options,
            },
        )

    @contextmanager
    def shell(self, **more: str) -> Iterator[None]:
        """Let this process run in that folder and environment."""
        before, folder = dict(os.environ), Path.cwd()
        os.environ.clear()
        os.environ.update({**self.environment, **more})
        os.chdir(self.folder)
        try:
            yield
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(before)


def hold_against_schema(answer: Any, schema: str) -> None:
    """Fail if an answer is not as `sjresource/cli/schemas/<schema>.json` says."""
    described = {file.name: json.loads(file.read_text()) for file in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_contents(described.items())
    validator = Draft202012Validator(described[f"{schema}.json"], registry=registry)
    validator.check_schema(validator.schema)
    validator.validate(answer)
