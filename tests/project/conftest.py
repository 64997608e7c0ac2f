from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from emulated_stack import cloud
from engine_fixtures import engine, new_stack

__all__ = ["cloud", "engine", "installed", "new_stack", "sdist", "wheel"]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution."""
    return build("sdist", tmp_path_factory.mktemp("sdist"))


def build(target: str, folder: Path) -> Path:
    """Build with the installed backend, so without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh virtual environment that has the wheel, and its dependencies from the tests'.

    The repository is not on its path.
    """
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    command = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--quiet"]
    subprocess.run([*command, "--python", folder / "bin" / "python", wheel], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    tests = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(tests))
    return folder
