"""What is installed for a project, and which of it needs a provider plugin.

As the official host does, it asks for the plugin of every installed Pulumi package, imported by
the program or not. It reads folders only, in milliseconds, where the official one runs pip.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Pulumi packages that have no plugin, although they don't say so: the official host's list.
WITHOUT_PLUGIN = frozenset({"pulumi-policy", "pulumi-esc-sdk"})

_INSTALLED = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.dist-info")
_PEP440 = re.compile(
    r"(?P<release>\d+(?:\.\d+)*)(?:(?P<stage>a|b|rc)(?P<number>\d+))?"
    r"(?:\.post(?P<post>\d+))?(?:\.dev(?P<dev>\d+))?"
)
_STAGES = {"a": "alpha", "b": "beta", "rc": "rc"}


@dataclass(frozen=True)
class Package:
    """An installed distribution; `name` has hyphens for underscores."""

    name: str
    version: str
    location: Path


@dataclass(frozen=True)
class PluginNeed:
    """A provider plugin that the engine must have before the program runs.

    Attributes:
        name: Of the plugin, for instance `aws`.
        version: With its `v`.
        server: Where to download it from; empty means Pulumi's own.
        parameterization: `name`, `version`, `value` (base64) of a parameterized package, or None.
    """

    name: str
    version: str
    server: str = ""
    parameterization: dict[str, str] | None = None


def installed_packages(search_path: Iterable[str]) -> list[Package]:
    """List what is installed in the folders of a `sys.path`, the first of a name only."""
    found: dict[str, Package] = {}
    for package in _scan(search_path):
        found.setdefault(package.name, package)
    return list(found.values())


def required_plugins(packages: Iterable[Package]) -> list[PluginNeed]:
    """Return the plugins of the packages that have one."""
    needs = (plugin_need(package) for package in packages if package.name not in WITHOUT_PLUGIN)
    return [need for need in needs if need is not None]


def plugin_need(package: Package) -> PluginNeed | None:
    """Return the plugin that a package needs; None for one without.

    The package's `pulumi-plugin.json` decides; without one, a name that begins with `pulumi-`
    does.
    """
    described = _plugin_json(package)
    if described is None and not package.name.startswith("pulumi-"):
        return None
    described = {"resource": True} if described is None else described
    if not described.get("resource"):
        return None
    version = described.get("version") or plugin_version(package.version)
    if version is None:
        return None
    return PluginNeed(
        name=described.get("name") or package.name.removeprefix("pulumi-"),
        version="v" + version.removeprefix("v"),
        server=described.get("server") or "",
        parameterization=described.get("parameterization"),
    )


def plugin_version(package_version: str) -> str | None:
    """Turn a package's PEP 440 version into its plugin's semantic one; None if there is no way."""
    match = _PEP440.fullmatch(package_version)
    if match is None:
        return None
    release = match["release"].split(".")
    version = ".".join([*release, *["0"] * (3 - len(release))])
    if match["stage"]:
        version += f"-{_STAGES[match['stage']]}.{match['number']}"
    suffix = (f"post{match['post']}" if match["post"] else "") + (
        f"dev{match['dev']}" if match["dev"] else ""
    )
    return f"{version}+{suffix}" if suffix else version


def not_required(packages: Sequence[Package]) -> list[Package]:
    """Keep the packages that no other of them requires, as `pip list --not-required` does."""
    from importlib import metadata  # noqa: PLC0415 - a fifth of a start, and `pulumi about` alone asks

    required: set[str] = set()
    for folder in {str(package.location) for package in packages}:
        for distribution in metadata.distributions(path=[folder]):
            names = (re.match(r"[\w.-]+", line) for line in distribution.requires or [])
            required.update(_normalized(name[0]) for name in names if name)
    return [package for package in packages if package.name not in required]


def _scan(search_path: Iterable[str]) -> Iterator[Package]:
    for folder in map(Path, search_path):
        for entry in sorted(folder.glob("*.dist-info")):
            if match := _INSTALLED.fullmatch(entry.name):
                yield Package(_normalized(match["name"]), match["version"], folder)


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _plugin_json(package: Package) -> dict[str, Any] | None:
    module = package.name.replace("-", "_")
    try:
        text = (package.location / module / "pulumi-plugin.json").read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    content: dict[str, Any] = json.loads(text)
    return content
