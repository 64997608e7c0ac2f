"""What users install: wheel and source distribution, built, and used without the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

import sjresource

PACKAGE = Path(sjresource.__file__).parent


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Modules, schemas, the page, the marker for type checkers; neither tests nor tools."""
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for pattern in ("*.py", "*.pyi", "*.json") for path in PACKAGE.rglob(pattern)]
    files += (PACKAGE / "page" / "static").rglob("*.*")
    modules = {f"sjresource/{path.relative_to(PACKAGE)}" for path in files}
    metadata = {name for name in names if ".dist-info/" in name}

    assert names - metadata == modules | {"sjresource/py.typed"}
    assert any(name.endswith("/licenses/LICENSE") for name in metadata)


def test_source_distribution_builds_the_same_package(sdist: Path, tmp_path: Path) -> None:
    """Distributions and conda build from it: it must have all that the wheel is made of."""
    subprocess.run(["tar", "-xf", sdist, "-C", tmp_path], check=True)  # noqa: S607 - every tar
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    (folder,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)

    (again,) = (folder / "out").iterdir()
    assert "sjresource/py.typed" in zipfile.ZipFile(again).namelist()
    assert not any("/.venv/" in name or "/.local/" in name for name in names)


def test_metadata_says_what_is_needed(wheel: Path) -> None:
    """Python, pulumi and boto3; the emulator and pulumi-aws only as extras."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(archive.read(name).decode())
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra" not in line]

    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert {line.split("<")[0].split(">")[0] for line in needed} == {"pulumi", "boto3"}
    assert set(metadata.get_all("Provides-Extra", [])) >= {"aws", "emulator"}


def test_installed_package_is_a_plugin(installed: Path) -> None:
    """Its console script says a port of this machine, and answers with the schema."""
    script = installed / "bin" / "pulumi-resource-sjresource"
    environment = {**os.environ, "PYTHONPATH": ""}
    command = [installed / "bin" / "python", script]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout is not None
        port = plugin.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            schema = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60).schema)
            version = stub.GetPluginInfo(empty_pb2.Empty(), timeout=60).version
        plugin.terminate()

    assert schema["name"] == "sjresource"
    assert version == schema["version"]
