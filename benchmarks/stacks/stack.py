"""A stack in a folder of its own, driven by the real Pulumi CLI, command by command, timed."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.stacks.empty_plugin import put_on_path
from benchmarks.stacks.program import TEXT, environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.stacks.program import Declared

ROOT = Path(__file__).resolve().parents[2]
SECRETS = "SJRESOURCE_BENCHMARK_SECRETS"
"""Names another provider of secrets than a passphrase, which costs 0.2 s at each start."""
_FOREIGN = ("AWS_", "PULUMI_", "PYTHONDONTWRITEBYTECODE")


class Stack:
    """One stack with a file backend. Commands block, and give the seconds that they took.

    `cpu_seconds` is the processor's time of the last command and of all that it started, which a
    busy machine changes less.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], text: str = TEXT) -> None:
        self._folder = folder
        self.cpu_seconds = 0.0
        self.folder = folder / "work"
        """The project's."""
        for part in (self.folder, folder / "state"):
            part.mkdir(parents=True)
        plugins = [str(Path(sys.prefix) / "bin"), str(put_on_path(folder / "plugins"))]
        own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        self.environment = {
            **own,
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "benchmark",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONPATH": str(ROOT),
            # The native plugin is a program of the package.
            "PATH": os.pathsep.join([*plugins, own.get("PATH", "")]),
            **environment,
        }
        runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
        self._project = {"name": "benchmark", "runtime": runtime}
        (self.folder / "Pulumi.yaml").write_text(json.dumps(self._project))
        (self.folder / "Pulumi.measured.yaml").write_text("{}")
        (self.folder / "__main__.py").write_text(text)
        secrets = os.environ.get(SECRETS, "passphrase")
        self._run("stack", "init", "measured", "--secrets-provider", secrets)

    def preview(self, *declared: Declared) -> float:
        """Preview what is declared."""
        return self._operate(declared, "preview")

    def up(self, *declared: Declared) -> float:
        """Make what is declared."""
        return self._operate(declared, "up", "--yes", "--skip-preview")

    def refresh(self) -> float:
        """Read everything that there is."""
        return self._run("refresh", "--yes", "--skip-preview")

    def destroy(self) -> float:
        """Delete everything that there is."""
        return self._run("destroy", "--yes", "--skip-preview")

    def state(self) -> dict[str, Any]:
        """Return the deployment as the backend's file has it."""
        file = self._folder / "state" / ".pulumi" / "stacks" / "benchmark" / "measured.json"
        latest: dict[str, Any] = json.loads(file.read_text())["checkpoint"]["latest"]
        return latest

    def _operate(self, declared: Sequence[Declared], *arguments: str) -> float:
        self.environment.update(environment(declared))
        return self._run(*arguments)

    def _run(self, *arguments: str) -> float:
        command = ["pulumi", "--non-interactive", "--color", "never", *arguments]
        log = self._folder / "log"
        with log.open("wb") as out:
            used, began = cpu_of_children(), time.perf_counter()
            code = subprocess.run(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
            seconds = time.perf_counter() - began
            self.cpu_seconds = cpu_of_children() - used
        if code:
            raise RuntimeError(f"running {' '.join(command)}: exit code {code}\n{log.read_text()}")
        return seconds


def cpu_of_children() -> float:
    """Return the processor time of all ended processes that this one has started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
