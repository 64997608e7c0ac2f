"""The examples in other languages than Python, and what they need to run.

    .venv/bin/python tests/support/machine/language_examples.py

brings it where that is possible, in some minutes, once: Pulumi's host of YAML, and npm's packages.
Tests of a language are skipped without what it needs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from native_sdks import SCHEMA, why_no_sdks

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples" / "languages"
TYPESCRIPT = EXAMPLES / "typescript"
VENV = ROOT / ".venv"
NPM = {f"npm_config_{name}": value for name, value in {
    "ignore_scripts": "true", "audit": "false", "fund": "false", "fetch_retries": "0",
}.items()}  # fmt: skip
"""One try only: a machine without a network shall hear at once that it has none."""
PAGE = ROOT / "docs" / "languages.md"
ALL = os.environ.get("SJRESOURCE_LANGUAGES") == "all"
"""Whether `make languages` runs: then what takes a minute is run, too."""
CONFIG = {
    "role_arn": "arn:aws:iam::123456789012:role/training",
    "image": "image",
    "models": "s3://bucket/models",
}
API_KEY = "sk-very-secret"

from engine.go_programs import (  # noqa: E402 - native_sdks has set the path
    YAML_HOST,
    bring_program,
    find_program,
)
from engine.progress import Progress  # noqa: E402
from engine.sources import Unavailable  # noqa: E402


class NoPackagesError(Exception):
    """The packages of npm can't be had here; the message is the reason."""


def add_to_path(stack: PulumiStack, *folders: Path) -> None:
    """Put folders before the others on the PATH of a stack's commands."""
    path = [*map(str, folders), stack.environment["PATH"]]
    stack.environment["PATH"] = os.pathsep.join(path)


def yaml_stack(
    new_stack: NewStack,
    example: Path,
    environment: dict[str, str],
    *,
    finds_plugin: bool = True,
) -> PulumiStack:
    """Make a stack of an example in YAML, whose engine finds the host, and perhaps the plugin."""
    text = (example / "Pulumi.yaml").read_text()
    name = next(line for line in text.splitlines() if line.startswith("name: "))
    project = name.removeprefix("name: ")
    config = {f"{project}:{key}": value for key, value in CONFIG.items()}
    stack = new_stack("", project=project, config=config, environment=environment)
    (stack.work / "Pulumi.yaml").write_text(text)
    host = find_program(YAML_HOST, os.environ)
    assert host is not None
    add_to_path(stack, *([VENV / "bin"] if finds_plugin else []), host.parent)
    return stack


def why_no_yaml() -> str:
    """Return why tests of YAML are skipped; empty if they can run."""
    if find_program(YAML_HOST, os.environ) is None:
        return "no host of Pulumi's YAML here; make languages builds it"
    return ""


def why_no_typescript() -> str:
    """Return why tests of TypeScript are skipped; empty if they can run."""
    if not typescript_packages().is_dir():
        return "no packages of npm here; make languages brings them"
    return ""


def why_no_go() -> str:
    """Return why tests of Go are skipped; empty if they can run."""
    if not ALL:
        return "its compiler takes a minute; make languages runs it"
    if shutil.which("go") is None:
        return "no Go on PATH"
    return why_no_sdks()


def typescript_steps() -> tuple[str, str, str]:
    """Return the page's commands: to install, to make the SDK without a host, and to run."""
    section = PAGE.read_text().partition("## TypeScript without ")[2].partition("\n## ")[0]
    install, generate, run = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return install, generate, run


def typescript_packages() -> Path:
    """Return the folder that the page's first steps make: `node_modules`, with the SDK."""
    digest = hashlib.sha256(SCHEMA.read_bytes())
    digest.update((TYPESCRIPT / "package-lock.json").read_bytes())
    digest.update("".join(typescript_steps()).encode())
    return VENV / f"typescript-{digest.hexdigest()[:12]}"


def bring_typescript_packages() -> None:
    """Install npm's packages and the SDK of the schema, unless they are there.

    Raises:
        NoPackagesError: There is no npm, it could not install them, or there is no SDK.
    """
    with (TYPESCRIPT / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes may start at once
        if not typescript_packages().exists():
            _install(typescript_packages())


def _install(place: Path) -> None:
    """Install into an empty folder beside its place, so that nothing half-made is ever there."""
    if shutil.which("npm") is None:
        raise NoPackagesError("there is no npm; Node.js brings it")
    if why_no_sdks():
        raise NoPackagesError(why_no_sdks())
    install, generate, _ = typescript_steps()
    with tempfile.TemporaryDirectory(dir=VENV, prefix="npm-") as folder:
        made = Path(folder) / "made"
        script = re.sub("^pulumi package gen-sdk .*\n", generate, install, flags=re.MULTILINE)
        script = script.replace("CHECKOUT", str(ROOT)).replace("~/vision", str(made))
        _run(["bash", "-euc", script], Path(folder))
        for old in VENV.glob("typescript-*"):
            shutil.rmtree(old)
        made.rename(place)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **NPM},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "error" in line]
        raise NoPackagesError(said[0] if said else f"exit code {done.returncode}")


def compile_typescript(folder: Path) -> str:
    """Compile the TypeScript of a folder, whose `tsconfig.json` is the example's; return errors."""
    packages = folder / "node_modules"
    packages.symlink_to(typescript_packages() / "node_modules")
    done = subprocess.run(
        [packages / ".bin" / "tsc", "-p", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def plain_config(**more: str) -> dict[str, dict[str, object]]:
    """Return the settings of an example as the Automation API takes them."""
    values: dict[str, dict[str, object]] = {
        name: {"value": value} for name, value in {**CONFIG, **more}.items()
    }
    return {**values, "api_key": {"value": API_KEY, "secret": True}}


def main() -> int:
    """Bring what isn't there; return the exit code: 1 if something can't be had."""
    progress = Progress(sys.stderr)

    def bring(what: str, bringing: Callable[[], object]) -> int:
        try:
            bringing()
        except (Unavailable, NoPackagesError) as reason:
            progress.say(f"the tests of {what} are skipped: {reason}")
            return 1
        return 0

    return bring("YAML", lambda: bring_program(YAML_HOST, progress, os.environ)) | bring(
        "TypeScript", bring_typescript_packages
    )


if __name__ == "__main__":
    sys.exit(main())
