"""The quickstart, typed as it stands, but for what sets an environment up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import ROOT, blocks

PAGE = ROOT / "docs" / "quickstart.md"
BLOCKS = list(blocks(PAGE))
INSTALLS = """\
python3 -m venv .venv && . .venv/bin/activate
pip install --quiet "$CHECKOUT[cli,emulator]"
"""


@pytest.mark.stack
def test_what_is_copied_and_pasted_trains_a_model(engine: Path, tmp_path: Path) -> None:
    """From the empty folder on; the tests' own environment stands for the one that it installs."""
    shell = [block.text for block in BLOCKS if block.language == "sh"][:-1]
    assert INSTALLS in shell[0]
    script = "\n".join(shell).replace(INSTALLS, f"ln -s {sys.prefix} .venv\n")
    done = subprocess.run(
        ["bash", "-euc", script],  # noqa: S607 - a user's own bash
        cwd=ROOT,
        env={
            "PATH": f"{Path(sys.executable).parent}:{engine}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "PULUMI_OPTION_SKIP_PREVIEW": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    (sample,) = (block.text for block in BLOCKS if block.language == "text")
    assert re.search(pattern(sample), done.stdout), done.stdout
    assert 'epochs: "100" => "300"' in re.sub(r" +", " ", done.stdout).replace(" :", ":")
    assert done.stdout.count("+-1 replaced") == 2  # by the epochs, and by the changed script
    assert "5 deleted" in done.stdout


def test_its_last_block_is_the_one_for_aws() -> None:
    """And what it sets is what the program reads."""
    last = [block.text for block in BLOCKS if block.language == "sh"][-1]
    program = next(block.text for block in BLOCKS if "ServiceJobCompletion" in block.text)
    read = set(re.findall(r'config\.require\("(\w+)"\)', program))

    assert "<!-- on AWS only -->" in PAGE.read_text()
    assert set(re.findall(r"config set (\w+) ", last)) == read
    assert "EMULATOR" not in last.upper()


def pattern(sample: str) -> str:
    """Take the sample for what it is one of: the job's generated name differs."""
    return re.sub(r"AWSBatchtrain[0-9a-f]+", "AWSBatchtrain[0-9a-f]+", re.escape(sample.rstrip()))
