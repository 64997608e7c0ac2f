"""The build from Go modules, with a Go that is a shell script."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from engine.bringing import find_cached, make_from_built
from engine.go_build import build_cli, go_environment
from engine.go_programs import SDK_GENERATOR, YAML_HOST, bring_program, find_program
from engine.go_toolchain import find_go
from engine.progress import Progress
from engine.sources import Unavailable
from engine.version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from pathlib import Path

    from engine.go_programs import GoProgram

# Answers as Go does; BUILD_EXIT makes it fail. The caches it makes are what must not be left.
GO = """#!/bin/sh
mkdir -p "$GOMODCACHE" "$GOCACHE"
sdk="$GOMODCACHE/sdk"
case "$1 $2" in
"version ") echo "go version go1.99.0 linux/amd64" ;;
"list -deps") echo "go: downloading a v1" >&2; echo fmt; echo os ;;
"list -m")
    mkdir -p "$sdk/python/cmd" "$sdk/python/dist"
    touch "$sdk/python/cmd/pulumi-language-python-exec"
    touch "$sdk/python/dist/pulumi-resource-pulumi-python"
    echo "$sdk" ;;
"build -v") echo fmt >&2; echo os >&2; echo cli > "$6"; exit ${BUILD_EXIT:-0} ;;
esac
"""


def test_build_gives_the_cli_and_the_sdk_s_files(tmp_path: Path) -> None:
    """The folder has what an engine is assembled from, and Go's caches are gone."""
    built = tmp_path / "built"
    built.mkdir()

    build_cli(built, environment_with_go(tmp_path), Progress(io.StringIO()))

    assert {path.name for path in built.iterdir()} == {
        "pulumi",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    }
    assert os.access(built / "pulumi-language-python-exec", os.X_OK)


def test_language_host_is_built_once_for_an_earlier_cli(tmp_path: Path) -> None:
    """An engine is assembled of both; without Go there is none, and nothing half-made is left."""
    progress = Progress(io.StringIO())
    environment = environment_with_go(tmp_path)
    cache = tmp_path / "cache"
    (cache / "built").mkdir(parents=True)
    build_cli(cache / "built", environment, progress)

    with pytest.raises(Unavailable, match="building the language host of Python: exit code 1"):
        make_from_built(cache, "v3.1.0", progress, {**environment, "BUILD_EXIT": "1"})
    assert [each.name for each in cache.iterdir()] == ["built"]
    engine = make_from_built(cache, "v3.1.0", progress, environment)

    assert {each.name for each in engine.iterdir()} == {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    }
    for script in ("pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
        assert os.access(engine / script, os.X_OK)
    assert find_cached(cache) == engine
    assert make_from_built(cache, "v3.1.0", progress, {"PATH": ""}) == engine


def test_build_reports_downloads_and_packages(tmp_path: Path) -> None:
    """Both long phases are seen in a log."""
    log = io.StringIO()
    built = tmp_path / "built"
    built.mkdir()
    hours = iter(range(0, 100_000, 3600))

    build_cli(built, environment_with_go(tmp_path), Progress(log, lambda: float(next(hours))))

    assert "downloading Go modules: 1 so far" in log.getvalue()
    assert "compiling: 2 of 2 packages" in log.getvalue()


def test_failed_build_is_a_reason(tmp_path: Path) -> None:
    """A compiler's failure is told as the reason of this source."""
    built = tmp_path / "built"
    built.mkdir()
    environment = {**environment_with_go(tmp_path), "BUILD_EXIT": "1"}

    with pytest.raises(Unavailable, match="building the Pulumi CLI: exit code 1"):
        build_cli(built, environment, Progress(io.StringIO()))


@pytest.mark.parametrize("program", [SDK_GENERATOR, YAML_HOST], ids=lambda each: str(each.name))
def test_a_program_for_other_languages_is_built_once(program: GoProgram, tmp_path: Path) -> None:
    """It is in the cache, without Go's caches beside it; a failure leaves nothing."""
    environment = {**environment_with_go(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    progress = Progress(io.StringIO())

    with pytest.raises(Unavailable, match=f"building {program.what}: exit code 1"):
        bring_program(program, progress, {**environment, "BUILD_EXIT": "1"})
    assert find_program(program, environment) is None
    built = bring_program(program, progress, environment)

    assert [path.name for path in built.parent.iterdir()] == [program.name]
    assert find_program(program, environment) == built
    assert bring_program(program, progress, {**environment, "PATH": ""}) == built


def test_the_generator_is_of_the_engine_s_version() -> None:
    """Both are modules of their own, and both are to be changed for another Pulumi."""
    of_generator = pinned_version((SDK_GENERATOR.module / "go.mod").read_text())

    assert of_generator == pinned_version(GO_MOD.read_text())


def test_old_go_is_not_used(tmp_path: Path) -> None:
    """A Go older than go.mod asks for is as good as none."""
    path = environment_with_go(tmp_path)["PATH"]

    assert find_go((1, 99), path) is not None
    assert find_go((2, 0), path) is None
    assert find_go((1, 0), str(tmp_path)) is None


def test_go_uses_temporary_caches_and_the_machine_s_proxy(tmp_path: Path) -> None:
    """Caches and flags are ours; where modules come from is the machine's setting."""
    environment = go_environment({"GOPROXY": "the machine's", "GOFLAGS": "-mod=vendor"}, tmp_path)

    assert environment["GOPROXY"] == "the machine's"
    assert environment["GOMODCACHE"].startswith(str(tmp_path))
    assert environment["GOCACHE"].startswith(str(tmp_path))
    assert "vendor" not in environment["GOFLAGS"]


def environment_with_go(folder: Path) -> dict[str, str]:
    """Return an environment whose PATH begins with the script."""
    go = folder / "bin" / "go"
    go.parent.mkdir(exist_ok=True)
    go.write_text(GO)
    go.chmod(0o755)
    defaults = {"GOMODCACHE": str(folder / "unused"), "GOCACHE": str(folder / "unused")}
    return {**defaults, "PATH": os.pathsep.join([str(go.parent), os.environ["PATH"]])}
