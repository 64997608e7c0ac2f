"""Checks the plugin of the native provider: whether the engine finds it, and its release.

The engine looks at the project's file, on PATH, and at what `pulumi plugin install` has installed,
in this order: https://www.pulumi.com/docs/iac/concepts/plugins/
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import yaml  # type: ignore[import-untyped] # Pulumi's SDK brings it, without its stubs

from sjresource.cli.doctor.check import failed, ok, unknown
from sjresource.cli.doctor.engine import run_quietly
from sjresource.cli.stack.context import PROJECT_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sjresource.cli.doctor.check import Check

_COMMAND = "pulumi-resource-sjresource"
_INSTALLED = "resource-sjresource-v"


def check_native_plugin(project: Path) -> Check:
    """Check the plugin that the engine would start for the project in a folder."""
    named = _named_in(_project_file(project))
    if named:
        return unknown("native plugin", f"{named}, as Pulumi.yaml names it, is not looked into")
    found = shutil.which(_COMMAND)
    if found:
        return _release(found)
    prefix = len(_INSTALLED)
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    installed = sorted((home / "plugins").glob(f"{_INSTALLED}*[0-9]"))
    own = metadata.version("sjresource")
    releases = [each.name[prefix:] for each in installed]
    if own in releases:
        return ok("native plugin", f"sjresource {own}, {installed[releases.index(own)]}")
    message = f"no {_COMMAND} on PATH, and no release {own} of it is installed"
    if releases:
        message += f", only {', '.join(releases)}"
    return failed(
        "native plugin", message, "put the bin folder of the environment with sjresource on PATH"
    )


def _project_file(project: Path) -> Mapping[str, Any]:
    """Return what Pulumi.yaml says; nothing if it can't be read, which the engine's check says."""
    for name in PROJECT_FILES:
        with suppress(OSError, UnicodeError, yaml.YAMLError):
            content = yaml.safe_load((project / name).read_text("utf-8"))
            return content if isinstance(content, dict) else {}
    return {}


def _named_in(project_file: Mapping[str, Any]) -> str | None:
    """Return the folder that Pulumi.yaml names for the plugin, in either of the two ways."""
    plugins = project_file.get("plugins") or {}
    for each in _providers(plugins):
        if each.get("name") == "sjresource":
            return str(each.get("path"))
    packages = project_file.get("packages")
    package = packages.get("sjresource") if isinstance(packages, dict) else None
    return str(package) if package else None


def _providers(plugins: Any) -> list[Mapping[str, Any]]:
    providers = plugins.get("providers") if isinstance(plugins, dict) else None
    found = providers if isinstance(providers, list) else []
    return [each for each in found if isinstance(each, dict)]


def _release(command: str) -> Check:
    try:
        ran = run_quietly([command, "--version"], Path())
    except (OSError, subprocess.TimeoutExpired) as error:
        return failed("native plugin", f"{command} can't be run: {error}", "install it again")
    release, own = ran.stdout.strip(), metadata.version("sjresource")
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["it does not say why"])[-1]
        return failed("native plugin", f"{command} ends with an error: {last}", "install it again")
    if release != own:
        message = f"{command} is sjresource {release or 'of no release'}, this command is {own}"
        return failed("native plugin", message, "put the one of this release first on PATH")
    return ok("native plugin", f"sjresource {release}, {command}")
