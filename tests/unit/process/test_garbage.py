"""Who ends without a search for garbage, and who doesn't."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

CYCLE = """
import gc

class InACycle:
    def __init__(self):
        self.me = self

    def __del__(self):
        print("found")

gc.disable()
InACycle()
"""


@pytest.mark.parametrize(
    ("script", "spare", "found"),
    [
        ("pulumi-language-python-exec", "spare_the_exit_of_a_program()", ""),
        ("deploy.py", "spare_the_exit_of_a_program()", "found\n"),
        ("deploy.py", "spare_the_exit()", ""),
        ("deploy.py", "search_seldom()", "found\n"),
    ],
)
def test_only_a_process_that_pulumi_has_started_ends_without_a_search(
    tmp_path: Path, script: str, spare: str, found: str
) -> None:
    """A program of Pulumi's own host is spared, the process of an inline one is its user's."""
    file = tmp_path / script
    file.write_text(f"from sjresource.process.garbage import *\n{spare}\n{CYCLE}")

    ended = subprocess.run(
        [sys.executable, "-u", str(file)], capture_output=True, text=True, check=True
    )

    assert ended.stdout == found
