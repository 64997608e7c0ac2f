"""The Pulumi CLI, its host for Python, and the interpreter that runs our plugin.

Which Python that is follows from Pulumi.yaml by Pulumi's rules; what it can import is asked of
itself. (`pulumi about` would tell, too, but makes a virtual environment that is missing.)
https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

from sjresource.cli.doctor.findings import failed, ok, unproven
from sjresource.stack.plugin_python import VARIABLE, plugin_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.cli.doctor.findings import Finding

_HOST = "pulumi-language-python"
_SECONDS = 60
_PACKAGES = ("sjresource", "pulumi", "boto3")
_ASKED = (
    "import json, boto3, pulumi.dynamic, sjresource; from importlib import metadata; "
    f"print(json.dumps({{name: metadata.version(name) for name in {_PACKAGES!r}}}))"
)

_NAME_ANOTHER = (
    "or name another in Pulumi.yaml, runtime.options.virtualenv, or in PULUMI_PYTHON_CMD"
)


def engine_findings(project: Path | None) -> Iterator[Finding]:
    """Look at the engine, and at the Python of the project in this folder."""
    cli = shutil.which("pulumi")
    if cli is None:
        yield failed(
            "engine", "no `pulumi` on PATH", "install the Pulumi CLI, and put its folder on PATH"
        )
        return
    version = _run([cli, "version"], Path()).stdout.strip() or "of unknown version"
    yield ok("engine", f"pulumi {version}, {cli}")
    yield _host(cli)
    if project is None:
        yield unproven("plugin", "no Pulumi project here", "run it in the project's folder")
        return
    try:
        language, options = _runtime(project)
    except Exception as error:  # noqa: BLE001 - whatever YAML and the Automation API make of it
        seen = f"its Pulumi file can't be read: {error}"
        yield failed("plugin", seen, f"mend it; it is in {project}")
        return
    if language != "python":
        seen = f"the project's runtime is {language}"
        yield failed("plugin", seen, "sjresource is for projects with `runtime: python`")
        return
    yield from _plugin(project, options)


def _runtime(project: Path) -> tuple[str, dict[str, Any]]:
    """Give the project's language, and the options of its host."""
    from pulumi.automation import LocalWorkspace  # noqa: PLC0415 - there is a project to ask about

    runtime = LocalWorkspace(work_dir=str(project)).project_settings().runtime
    name = runtime if isinstance(runtime, str) else getattr(runtime, "name", "not named")
    return name, dict(getattr(runtime, "options", None) or {})


def _host(cli: str) -> Finding:
    """Look where the engine does: beside itself, and on PATH."""
    beside = Path(cli).resolve().with_name(_HOST)
    found = str(beside) if beside.exists() else shutil.which(_HOST)
    if found:
        return ok("language host", found)
    fix = "install Pulumi's whole release: the host for Python comes with it"
    return failed("language host", f"no {_HOST} beside pulumi or on PATH", fix)


def _plugin(project: Path, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Ask the Python that runs program and plugin what it can import."""
    if options.get("toolchain") == "poetry":
        fix = "`poetry run python -c 'import sjresource'` tells"
        yield unproven("plugin", "poetry's environment is not looked into", fix)
        return
    python = plugin_python(project, options, os.environ)
    if python is None or not Path(python).exists():
        seen = f"{python or os.environ.get(VARIABLE) or 'a Python on PATH'} does not exist"
        yield failed("plugin", seen, f"make that environment, {_NAME_ANOTHER}")
        return
    try:
        ran = _run([python, "-c", _ASKED], project)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield failed("plugin", f"{python} can't be run: {error}", f"mend it, {_NAME_ANOTHER}")
        return
    if ran.returncode:
        said = (ran.stderr.strip().splitlines() or ["it does not say why"])[-1]
        fix = f"`{python} -m pip install` its checkout or wheel, {_NAME_ANOTHER}"
        yield failed("plugin", f"{python} can't import sjresource: {said}", fix)
        return
    versions: dict[str, str] = json.loads(ran.stdout.splitlines()[-1])
    yield ok("plugin", f"{python} imports sjresource {versions['sjresource']}")
    yield _packages(python, versions)


def _packages(python: str, versions: Mapping[str, str]) -> Finding:
    """Hold what it has against what sjresource needs."""
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


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - pulumi, and the Python that it would run
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
