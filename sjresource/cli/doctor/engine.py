"""Checks Pulumi's CLI, its language host, and the Python that runs our plugin.

`stack.plugin_python` knows which Python that is; what it can import is asked of itself. (`pulumi
about` would tell too, but creates a virtual environment that is missing.)
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

import sjresource
from sjresource.cli.doctor.check import failed, ok, unknown
from sjresource.stack.plugin_python import VARIABLE, plugin_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.cli.doctor.check import Check

_TIMEOUT_SECONDS = 60
_PACKAGES = ("sjresource", "pulumi", "boto3")
_PRINT_VERSIONS = (
    "import json, boto3, pulumi.dynamic, sjresource; from importlib import metadata; "
    f"print(json.dumps({{name: metadata.version(name) for name in {_PACKAGES!r}}}))"
)
_OTHER_PYTHON = (
    "or name another in Pulumi.yaml, runtime.options.virtualenv, or in PULUMI_PYTHON_CMD"
)
_IMPORTED = frozenset({"boto3", "botocore", "dill", "google", "grpc", "pulumi", "sjresource"})
"""What the plugin imports beside the standard library."""
_PACKAGE = Path(sjresource.__file__).resolve().parent


def check_module_names(project: Path | None) -> Iterator[Check]:
    """Check that no file of the project hides a module that the plugin imports.

    A program's folder comes first on Python's path, in the engine's plugin too: every library that
    imports `queue` gets a `queue.py` beside `__main__.py`. Nothing is yielded if all is well, as in
    a checkout of sjresource that is installed itself.
    """
    names = sys.stdlib_module_names | _IMPORTED
    files = [each for each in project.iterdir() if each.resolve() != _PACKAGE] if project else ()
    hiding = sorted(each.name for each in files if _module_name(each) in names)
    if hiding:
        message = f"{', '.join(hiding)} in {project} hides the module of that name"
        yield failed("project files", message, "rename it: libraries import it by mistake")


def check_engine(project: Path | None) -> Iterator[Check]:
    """Check the engine, and the Python of the project in this folder."""
    cli = shutil.which("pulumi")
    if cli is None:
        fix = "install the Pulumi CLI, and put its folder on PATH"
        yield failed("engine", "no `pulumi` on PATH", fix)
        return
    version = run_quietly([cli, "version"], Path()).stdout.strip() or "of unknown version"
    yield ok("engine", f"pulumi {version}, {cli}")
    if project is None:
        yield _check_language_host(cli, "python")
        yield unknown("plugin", "no Pulumi project here", "run it in the project's folder")
        return
    try:
        language, options = _runtime(project)
    except Exception as error:  # noqa: BLE001 - whatever YAML and the Automation API make of it
        message = f"its Pulumi file can't be read: {error}"
        yield failed("plugin", message, f"correct it; it is in {project}")
        return
    yield _check_language_host(cli, language)
    if language == "python":  # any other has the native provider alone
        yield from _check_plugin(project, options)


def is_python(project: Path) -> bool:
    """Return whether the project's program is in Python, or can't be told to be in another."""
    try:
        return _runtime(project)[0] == "python"
    except Exception:  # noqa: BLE001 - as above; `check_engine` has said so
        return True


def _module_name(path: Path) -> str | None:
    """Return the module that a file or a folder is; a folder without Python files is none."""
    if path.is_dir():
        return path.name if any(path.glob("*.py")) else None
    return path.stem if path.suffix == ".py" else None


def _check_language_host(cli: str, language: str) -> Check:
    """Look where the engine does: beside itself, and on PATH."""
    host = f"pulumi-language-{language}"
    beside = Path(cli).resolve().with_name(host)
    found = str(beside) if beside.exists() else shutil.which(host)
    if found:
        return ok("language host", found)
    fix = f"install Pulumi's whole release: the host for {language} comes with it"
    return failed("language host", f"no {host} beside pulumi or on PATH", fix)


def _runtime(project: Path) -> tuple[str, dict[str, Any]]:
    """Return the project's language, and the options of its host."""
    from pulumi.automation import LocalWorkspace  # noqa: PLC0415 - there is a project to ask about

    runtime = LocalWorkspace(work_dir=str(project)).project_settings().runtime
    name = runtime if isinstance(runtime, str) else getattr(runtime, "name", "not named")
    return name, dict(getattr(runtime, "options", None) or {})


def _check_plugin(project: Path, options: Mapping[str, Any]) -> Iterator[Check]:
    """Let the Python that runs program and plugin import what they need."""
    if options.get("toolchain") == "poetry":
        fix = "try `poetry run python -c 'import sjresource'`"
        yield unknown("plugin", "poetry's environment is not looked into", fix)
        return
    python = plugin_python(project, options, os.environ)
    if python is None or not Path(python).exists():
        message = f"{python or os.environ.get(VARIABLE) or 'a Python on PATH'} does not exist"
        yield failed("plugin", message, f"create that environment, {_OTHER_PYTHON}")
        return
    try:
        ran = run_quietly([python, "-c", _PRINT_VERSIONS], project)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield failed("plugin", f"{python} can't be run: {error}", f"repair it, {_OTHER_PYTHON}")
        return
    if ran.returncode:
        error_line = (ran.stderr.strip().splitlines() or ["it does not say why"])[-1]
        fix = f"`{python} -m pip install` its checkout or wheel, {_OTHER_PYTHON}"
        yield failed("plugin", f"{python} can't import sjresource: {error_line}", fix)
        return
    versions: dict[str, str] = json.loads(ran.stdout.splitlines()[-1])
    yield ok("plugin", f"{python} imports sjresource {versions['sjresource']}")
    yield _check_versions(python, versions)


def _check_versions(python: str, versions: Mapping[str, str]) -> Check:
    """Compare the installed versions with those that sjresource needs."""
    needed = [Requirement(text) for text in metadata.requires("sjresource") or []]
    wrong = [
        f"{need.name} {versions[need.name]} is not {need.specifier}"
        for need in needed
        if need.marker is None
        and need.name in versions
        and not need.specifier.contains(versions[need.name], prereleases=True)
    ]
    own = metadata.version("sjresource")
    if versions["sjresource"] != own:
        wrong.append(f"sjresource {versions['sjresource']} is not that of this command, {own}")
    if wrong:
        fix = f"`{python} -m pip install` the checkout or wheel of {own}"
        return failed("packages", "; ".join(wrong), fix)
    return ok("packages", ", ".join(f"{name} {versions[name]}" for name in _PACKAGES))


def run_quietly(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that asks nobody anything, for a minute at most.

    Raises:
        OSError, subprocess.TimeoutExpired: it can't be started, or does not end.
    """
    return subprocess.run(  # noqa: S603 - pulumi, and what it would run
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
