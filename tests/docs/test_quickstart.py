"""The quickstart, typed as it stands, but for what sets an environment up."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from documents import ROOT, blocks
from emulator_process import EmulatorProcess

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "quickstart.md"
BLOCKS = list(blocks(PAGE))
INSTALLS = 'python3 -m venv .venv\n.venv/bin/pip install --quiet "$CHECKOUT"\n'


@pytest.mark.stack
def test_what_is_copied_and_pasted_trains_a_model(engine: Path, tmp_path: Path) -> None:
    """From the empty folder on; the tests' own environment stands for the one that it makes.

    Its first block starts an emulator by `make`, its last one is for AWS.
    """
    shell = [block.text for block in BLOCKS if block.language == "sh"]
    assert INSTALLS in shell[1]
    script = "\n".join(shell[1:-1]).replace(INSTALLS, f"ln -s {sys.prefix} .venv\n")
    with EmulatorProcess(tmp_path / "emulator", "--executor", "process") as emulator:
        done = subprocess.run(
            ["bash", "-euc", script],  # noqa: S607 - a user's own bash
            cwd=tmp_path,
            env={
                "PATH": f"{engine}:/usr/bin:/bin",
                "HOME": str(tmp_path),
                "PULUMI_SKIP_CONFIRMATIONS": "true",
                "PULUMI_OPTION_SKIP_PREVIEW": "true",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "AWS_ENDPOINT_URL": emulator.url,
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "emulator" / "credentials"),
                "AWS_PROFILE": "sjresource-emulator",
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
