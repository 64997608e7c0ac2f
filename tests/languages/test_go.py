"""The example in Go: compiled, and run by the Automation API."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from inline_life import live_inline
from language_examples import EXAMPLES, why_no_go
from native_sdks import write_sdks

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(bool(why_no_go()), reason=why_no_go()),
    pytest.mark.timeout(600),  # the compiler's first run, on a busy machine
]

GO = shutil.which("go") or "go"
DRIVER = Path(__file__).parent / "drivers" / "go"
SDK = "sjresource.example/sdk/go/sjresource"
"""The path of the module that the schema names."""


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Compile the program of a folder into `program`; only what go.sum has is taken."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    return subprocess.run(
        [GO, "build", "-o", "program", "."],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_program_in_go_lives_from_up_to_destroy(
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """Without a host of Go; what has a wrong name does not compile."""
    program = shutil.copytree(EXAMPLES / "go", tmp_path / "program")
    write_sdks(program / "sdks", "go")
    (program / "sdks" / "go" / "sjresource").rename(program / "sdks" / "sjresource")
    go_mod = (program / "go.mod").read_text()
    needed = re.findall(r"^go .*$|github\.com/pulumi/pulumi/sdk/v3 \S+", go_mod, re.MULTILINE)
    (program / "sdks" / "sjresource" / "go.mod").write_text(
        f"module {SDK}\n\n{needed[0]}\n\nrequire {needed[1]}\n"
    )
    built = build(program)
    assert built.returncode == 0, built.stderr

    declared = (program / "declare.go").read_text()
    (program / "declare.go").write_text(declared.replace("MaxCapacity:", "MaxCapcity:"))
    misspelt = build(program)
    assert "unknown field MaxCapcity" in misspelt.stderr
    (program / "declare.go").write_text(declared)

    shutil.copytree(DRIVER, program, dirs_exist_ok=True)
    built = build(program)
    assert built.returncode == 0, built.stderr
    live_inline([program / "program", "go"], program, cloud, new_stack)
