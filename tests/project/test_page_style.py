"""How the page's own code looks, and that a machine without npm can go on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "sjresource" / "page" / "static"
TOOL = ROOT / "tools" / "page_style"
NPM = """#!/bin/sh
echo npm >> {calls}
folder=node_modules/@biomejs/cli-any-machine
/bin/mkdir -p $folder
printf '#!/bin/sh\\necho biome "$@" >> {calls}\\nexit 3\\n' > $folder/biome
/bin/chmod +x $folder/biome
"""
FAILING_NPM = "#!/bin/sh\necho npm error code ENOTFOUND >&2\nexit 1\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout that has the tool, a virtual environment, and no npm on PATH."""
    shutil.copytree(TOOL, tmp_path / "tools" / "page_style")
    for folder in (".venv", "path"):
        (tmp_path / folder).mkdir()
    return tmp_path


def put_npm(checkout: Path, program: str) -> None:
    """Put an npm on PATH."""
    npm = checkout / "path" / "npm"
    npm.write_text(program.format(calls=checkout / "calls"))
    npm.chmod(0o755)


def check(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tool as `make lint` does."""
    return subprocess.run(
        [sys.executable, checkout / "tools" / "page_style", *arguments],
        env={**os.environ, "PATH": str(checkout / "path")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("file", sorted(STATIC.rglob("*.*")), ids=lambda file: file.name)
def test_page_has_no_long_line(file: Path) -> None:
    """A formatter leaves strings and comments as they are, and markup is not formatted."""
    lines = file.read_text().splitlines()

    assert [line for line in lines if len(line) > 120] == []


def test_biome_is_pinned_with_its_digests() -> None:
    """One version for all, checked when it is installed, from whatever registry a machine has."""
    wanted = json.loads((TOOL / "package.json").read_text())["devDependencies"]
    text = (TOOL / "package-lock.json").read_text()
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}

    assert {each["version"] for each in packages.values()} == set(wanted.values())
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())


def test_biome_is_installed_once_and_has_the_last_word(checkout: Path) -> None:
    """The second time npm is not asked: no network is needed."""
    put_npm(checkout, NPM)

    done = [check(checkout), check(checkout, "--write")]

    npm, checked, mended = (checkout / "calls").read_text().splitlines()
    assert npm == "npm"
    assert checked.startswith("biome check --config-path=")
    assert mended.endswith(" --write sjresource/page/static")
    assert [each.returncode for each in done] == [3, 3]


@pytest.mark.parametrize(
    ("npm", "said"),
    [
        (None, "there is no npm; Node.js brings it"),
        (FAILING_NPM, "npm error code ENOTFOUND"),
        ("#!/bin/sh\n", "npm has no Biome for this machine"),
    ],
    ids=["no npm", "no registry", "another machine"],
)
def test_where_there_is_no_biome_it_is_said_and_skipped(
    checkout: Path, npm: str | None, said: str
) -> None:
    """Whoever works on Python alone needs no Node.js; nothing half-made is left."""
    if npm is not None:
        put_npm(checkout, npm)

    done = check(checkout)

    assert done.returncode == 0
    assert done.stderr.startswith("the page's style is not checked: ")
    assert done.stderr.endswith(f"{said}\n")
    assert list((checkout / ".venv").iterdir()) == []
