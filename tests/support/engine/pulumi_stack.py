"""One stack in a folder of its own, driven with the real Pulumi CLI.

Each stack has its own project, state (a file backend) and PULUMI_HOME, so stacks of parallel tests
don't meet. The program runs with the interpreter of the tests, and so with
sjresource as it is being tested.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
import uuid
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Any

import psutil
import yaml  # type: ignore[import-untyped] # it has no types
from blank_stack import blank_stack, checkpoint_file, environment
from pulumi_cli import RunningCli

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pulumi_cli import Outcome

# In the environment of everything that a stack's commands start.
MARKER = "SJRESOURCE_TEST_STACK"
# Variables of whoever runs the tests, which must not reach a stack.
FOREIGN = ("AWS_", "PULUMI_", "PYTHONDONTWRITEBYTECODE")
# In the state a secret has this signature; other values, as NaN, have others under the same key.
SECRET = "1b47061264138c4ac30d75fd1eb44270"


class PulumiStack:
    """A stack that exists, in a project whose program tests may rewrite between commands.

    `work` is the project's folder; `environment`, of every later command, may be changed.
    Every operation takes further CLI arguments (`"--diff"`, `"--target", urn`), and `fails=True`
    where failing is what the test expects.
    """

    def __init__(
        self,
        folder: Path,
        engine: Path,
        program: str,
        *,
        project: str = "project",
        name: str = "test",
        config: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        virtualenv: str | None = sys.prefix,
    ) -> None:
        """Lay out the project and make the stack.

        Args:
            folder: An empty folder, or one that doesn't exist yet.
            engine: The folder that holds `pulumi`.
            program: Text of the program; it may be indented.
            project: Name of the project.
            name: Name of the stack.
            config: Plain settings, with their namespace (`"project:epochs"`); nesting is allowed.
            environment: Variables for every command, over those of the tests without AWS's.
            virtualenv: The project's virtual environment; None leaves the choice of Python to
                PULUMI_PYTHON_CMD and PATH.
        """
        self.folder = folder
        self.name = name
        self.project = project
        self._marker = uuid.uuid4().hex
        self._started: list[RunningCli] = []
        self.work = folder / "work"
        self._logs = folder / "logs"
        for part in (self.work, self._logs):
            part.mkdir(parents=True)
        self.environment = self._environment(engine, environment or {})
        options = {} if virtualenv is None else {"virtualenv": virtualenv}
        settings = {"name": project, "runtime": {"name": "python", "options": options}}
        # JSON is YAML.
        (self.work / "Pulumi.yaml").write_text(json.dumps(settings))
        self._blank = blank_stack(engine)
        self.program(program)
        self.lay_out(config or {})

    def sibling(self, name: str) -> PulumiStack:
        """Make another stack of the same project, program, config and backend."""
        sibling = copy(self)
        sibling.name = name
        sibling.environment = {**self.environment, "PULUMI_STACK": name}
        sibling.lay_out(self._settings()["config"])
        return sibling

    def rename(self, name: str) -> None:
        """Rename the stack with `pulumi stack rename`."""
        self.run("stack", "rename", name)
        self.name = name
        self.environment["PULUMI_STACK"] = name

    def program(self, text: str) -> None:
        """Replace the program."""
        (self.work / "__main__.py").write_text(textwrap.dedent(text))

    def up(self, *arguments: str, fails: bool = False) -> Outcome:
        """Run `pulumi up` without its preview."""
        return self.start("up", *arguments).wait(fails=fails)

    def preview(self, *arguments: str, fails: bool = False) -> Outcome:
        """Run `pulumi preview`."""
        return self.start("preview", *arguments).wait(fails=fails)

    def refresh(self, *arguments: str, fails: bool = False) -> Outcome:
        """Run `pulumi refresh` without its preview."""
        return self.start("refresh", *arguments).wait(fails=fails)

    def destroy(self, *arguments: str, fails: bool = False) -> Outcome:
        """Run `pulumi destroy` without its preview."""
        return self.start("destroy", *arguments).wait(fails=fails)

    def run(self, *arguments: str, fails: bool = False) -> Outcome:
        """Run any other command, for instance `run("state", "taint", urn)`."""
        return self._cli(arguments, operation=False).wait(fails=fails)

    def start(self, operation: str, *arguments: str) -> RunningCli:
        """Start an operation (`"up"`) in a process group of its own, for the test to interrupt."""
        yes = [] if operation == "preview" else ["--yes", "--skip-preview"]
        return self._cli([operation, *yes, *arguments], operation=True)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets in the clear."""
        of_the_stack = [
            resource.get("outputs", {})
            for resource in self.state().get("resources", [])
            if resource["type"] == "pulumi:pulumi:Stack"
        ]
        outputs: dict[str, Any] = of_the_stack[0] if of_the_stack else {}
        if SECRET in json.dumps(outputs):
            outputs = json.loads(self.run("stack", "output", "--json", "--show-secrets").stdout)
        return outputs

    def state(self) -> dict[str, Any]:
        """Return the deployment as the state holds it, secrets encrypted.

        The file backend's file is there whether or not a lock is, and reading it costs no CLI.
        """
        checkpoint = json.loads(self.checkpoint_file.read_text())["checkpoint"]
        deployment: dict[str, Any] = checkpoint.get("latest") or {}
        return deployment

    @property
    def checkpoint_file(self) -> Path:
        """Where the state is."""
        return checkpoint_file(self.folder, self.project, self.name)

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the state's custom resources by name, without providers."""
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in self.state().get("resources", [])
            if resource["custom"] and not resource["type"].startswith("pulumi:providers:")
        }

    def set_config(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set a value in the stack's config; only for a secret the CLI is needed."""
        if secret:
            # A value that begins with a dash is no option: an emulator draws its keys.
            self.run("config", "set", "--secret", "--", key, value)
            return
        settings = self._settings()
        settings.setdefault("config", {})[key if ":" in key else f"{self.project}:{key}"] = value
        self._settings_file.write_text(json.dumps(settings))

    def processes(self) -> list[psutil.Process]:
        """List what the stack's commands have started, directly or not, and is still running."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(MARKER) == self._marker:
                    found.append(process)
        return found

    def close(self) -> None:
        """Kill whatever is left of the stack's commands. Idempotent."""
        for cli in self._started:
            cli.kill()
        left = self.processes()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)

    @property
    def _settings_file(self) -> Path:
        return self.work / f"Pulumi.{self.name}.yaml"

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = yaml.safe_load(self._settings_file.read_text())
        return settings

    def lay_out(self, config: Mapping[str, Any]) -> None:
        """Write the settings and the state of a stack that has nothing yet."""
        settings = {**self._blank.settings, "config": dict(config)}
        self._settings_file.write_text(json.dumps(settings))
        self._blank.write(self.checkpoint_file, self.project, self.name)

    def _cli(self, arguments: Sequence[str], *, operation: bool) -> RunningCli:
        cli = RunningCli(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self.work,
            environment=self.environment,
            logs=self._logs,
            operation=operation,
        )
        self._started.append(cli)
        return cli

    def _environment(self, engine: Path, further: Mapping[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {
            **own,
            **environment(engine, self.folder),
            "PULUMI_STACK": self.name,
            # Shows --event-log.
            "PULUMI_DEBUG_COMMANDS": "true",
            MARKER: self._marker,
            **further,
        }
