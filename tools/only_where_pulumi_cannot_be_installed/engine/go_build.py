"""The Pulumi CLI, built from Go modules: for machines that reach those, but not the release.

Programs for the tests of other languages are built in the same way; see `go_programs`.

Go's own caches grow to 3 GB meanwhile; they are temporary, and gone when this ends.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .go_toolchain import bring_go, find_go, needed_go
from .running import run_watched
from .version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .progress import Progress

CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE_HOST_PACKAGE = "./language_host"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
VERSION_VARIABLE = f"{SDK_MODULE}/go/common/version.Version"
# What the Python side of the engine needs from the SDK's module, and where it goes.
SDK_FILES = {
    "python/cmd/pulumi-language-python-exec": "pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python": "pulumi-resource-pulumi-python",
}


def build_cli(into: Path, environment: Mapping[str, str], progress: Progress) -> None:
    """Build `pulumi` into a folder, with the SDK's files that Python programs need beside it.

    Takes about five minutes on two cores, most of it compiling.

    Raises:
        Unavailable: If there is no Go, a module can't be downloaded, or the build fails.
    """
    progress.say("building the Pulumi CLI from Go modules: about 5 minutes, once")
    with _builder(GO_MOD.parent, "the Pulumi CLI", into / "go", environment, progress) as builder:
        flags = f"-s -w -X {VERSION_VARIABLE}={pinned_version(GO_MOD.read_text())}"
        builder.build(into / "pulumi", CLI_PACKAGE, flags)
        _copy_sdk_files(builder.module_folder(SDK_MODULE), into)


def build_language_host(binary: Path, environment: Mapping[str, str], progress: Progress) -> None:
    """Build the stand-in for Pulumi's Python language host.

    Raises:
        Unavailable: as for `build_cli`.
    """
    progress.say("building the language host of Python from Go modules: about a minute, once")
    version = pinned_version(GO_MOD.read_text()).removeprefix("v")
    build_program(
        binary,
        LANGUAGE_HOST_PACKAGE,
        module=GO_MOD.parent,
        what="the language host of Python",
        environment=environment,
        progress=progress,
        variables={"main.engineVersion": version},
    )


def build_program(
    binary: Path,
    package: str,
    *,
    module: Path,
    what: str,
    environment: Mapping[str, str],
    progress: Progress,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Build a package's program from a Go module's folder; `variables` are texts set in it.

    Raises:
        Unavailable: as for `build_cli`.
    """
    with _builder(module, what, binary.parent / "go", environment, progress) as builder:
        given = [f"-X {name}={value}" for name, value in (variables or {}).items()]
        builder.build(binary, package, " ".join(["-s -w", *given]))


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


@contextmanager
def _builder(
    module: Path, what: str, work: Path, environment: Mapping[str, str], progress: Progress
) -> Iterator[_Builder]:
    """Yield a builder with Go and its caches in a folder that is gone afterwards."""
    work.mkdir()
    needed = needed_go((module / "go.mod").read_text())
    go = find_go(needed, environment.get("PATH", os.defpath))
    if go is None:
        progress.say("no Go that is new enough on PATH: bringing one")
        go = bring_go(work / "toolchain", progress)
    yield _Builder(module, what, go, go_environment(environment, work), progress)
    progress.say("removing Go's temporary caches")
    shutil.rmtree(work)


@dataclass(frozen=True)
class _Builder:
    """Go's commands in one module's folder."""

    module: Path
    what: str
    go: Path
    environment: Mapping[str, str]
    progress: Progress

    def build(self, binary: Path, package: str, flags: str) -> None:
        """Build a package's program, and tell how far it is."""
        packages = self._download(package)
        compiled = 0

        def watch(line: str | None) -> None:
            nonlocal compiled
            compiled += line is not None
            self.progress.at(f"compiling: {min(compiled, packages)} of {packages} packages")

        arguments = ["build", "-v", "-ldflags", flags, "-o", str(binary), package]
        self._run(f"building {self.what}", arguments, watch)

    def module_folder(self, module: str) -> Path:
        """Return where a module's files are."""
        answer = self._run(
            f"finding Go module ({module})",
            ["list", "-m", "-f", "{{.Dir}}", module],
            lambda _line: None,
        )
        return Path(answer[0])

    def _download(self, package: str) -> int:
        """Fetch the modules that a package needs; return how many packages it is made of."""
        modules = 0

        def watch(line: str | None) -> None:
            nonlocal modules
            modules += (line or "").startswith("go: downloading")
            self.progress.at(f"downloading Go modules: {modules} so far")

        return len(self._run("downloading Go modules", ["list", "-deps", package], watch))

    def _run(
        self, what: str, arguments: list[str], watch: Callable[[str | None], None]
    ) -> list[str]:
        return run_watched(
            what,
            [self.go, *arguments],
            watch=watch,
            cwd=self.module,
            environment=self.environment,
        )


def _copy_sdk_files(sdk: Path, into: Path) -> None:
    for source, name in SDK_FILES.items():
        shutil.copyfile(sdk / source, into / name)
        (into / name).chmod(0o755)
