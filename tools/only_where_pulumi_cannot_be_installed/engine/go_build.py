"""The Pulumi CLI, built from Go modules: for machines that reach those, but not the release.

Go's own caches grow to 3 GB meanwhile; they are temporary, and gone when this ends.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from .go_toolchain import bring_go, find_go, needed_go
from .running import run_watched
from .version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .progress import Progress

CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
VERSION_VARIABLE = f"{SDK_MODULE}/go/common/version.Version"
# What the Python side of the engine needs from the SDK's module, and where it goes.
SDK_FILES = {
    "python/cmd/pulumi-language-python-exec": "pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python": "pulumi-resource-pulumi-python",
    "python/lib/pulumi/runtime/proto": "proto",
}


def build_cli(into: Path, environment: Mapping[str, str], progress: Progress) -> None:
    """Build `pulumi` into a folder, with the SDK's files that Python programs need beside it.

    Takes about five minutes on two cores, most of it compiling.

    Raises:
        Unavailable: If there is no Go, a module can't be downloaded, or the build fails.
    """
    work = into / "go"
    work.mkdir()
    go_mod = GO_MOD.read_text()
    go = find_go(needed_go(go_mod), environment.get("PATH", os.defpath))
    if go is None:
        progress.say("no Go that is new enough on PATH: bringing one")
        go = bring_go(work / "toolchain", progress)
    builder = _Builder(go, go_environment(environment, work), progress)
    packages = builder.download()
    builder.build(into / "pulumi", pinned_version(go_mod), packages)
    _copy_sdk_files(builder.module_folder(SDK_MODULE), into)
    progress.say("removing Go's temporary caches")
    shutil.rmtree(work)


def go_environment(environment: Mapping[str, str], work: Path) -> dict[str, str]:
    """Return Go's environment: the machine's settings, but its own caches and no surprises."""
    return {
        **environment,
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "build"),
        "GOPATH": str(work / "path"),
        # Writable modules can be removed again; the work tree's VCS state is none of the build's.
        "GOFLAGS": "-modcacherw -buildvcs=false -mod=readonly",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # No C compiler needed.
        "CGO_ENABLED": "0",
    }


class _Builder:
    """One run of Go's commands in this folder's module."""

    def __init__(self, go: Path, environment: Mapping[str, str], progress: Progress) -> None:
        self._go = go
        self._environment = environment
        self._progress = progress

    def download(self) -> int:
        """Fetch the modules that the CLI needs; return how many packages it is made of."""
        modules = 0

        def watch(line: str | None) -> None:
            nonlocal modules
            modules += (line or "").startswith("go: downloading")
            self._progress.at(f"downloading Go modules: {modules} so far")

        self._progress.say("building the Pulumi CLI from Go modules: about 5 minutes, once")
        return len(self._run("downloading Go modules", ["list", "-deps", CLI_PACKAGE], watch))

    def build(self, binary: Path, version: str, packages: int) -> None:
        compiled = 0

        def watch(line: str | None) -> None:
            nonlocal compiled
            compiled += line is not None
            self._progress.at(f"compiling: {min(compiled, packages)} of {packages} packages")

        flags = f"-s -w -X {VERSION_VARIABLE}={version}"
        arguments = ["build", "-v", "-ldflags", flags, "-o", str(binary), CLI_PACKAGE]
        self._run("building the Pulumi CLI", arguments, watch)

    def module_folder(self, module: str) -> Path:
        answer = self._run(
            f"finding Go module ({module})",
            ["list", "-m", "-f", "{{.Dir}}", module],
            lambda _line: None,
        )
        return Path(answer[0])

    def _run(
        self, what: str, arguments: list[str], watch: Callable[[str | None], None]
    ) -> list[str]:
        return run_watched(
            what,
            [self._go, *arguments],
            watch=watch,
            cwd=GO_MOD.parent,
            environment=self._environment,
        )


def _copy_sdk_files(sdk: Path, into: Path) -> None:
    for source, name in SDK_FILES.items():
        if (sdk / source).is_dir():
            shutil.copytree(sdk / source, into / name, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(sdk / source, into / name)
            (into / name).chmod(0o755)
