"""What the `sjresource` command costs beside the AWS CLI: processor time, with all it starts.

The AWS CLI is measured where `tests/emulator/clients/prepare.py awscli` has brought it. Its answer
is the queue's list: of stacks it knows nothing, so what Pulumi's CLI takes is told apart.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.pairs import by_turns, compared
from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import ROOT, Stack, cpu_of_children
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_GOAL = 0.5
_AWS = ROOT / ".clients" / "awscli" / "bin" / "aws"
_COMPLETER = _AWS.with_name("aws_completer")
_OURS = (sys.executable, "-m", "sjresource.cli")


def rows(jobs: int, rounds: int) -> Iterator[Row]:
    """Time help, completion and the status of so many jobs, by turns."""
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud") as cloud:
        stack = Stack(Path(folder) / "stack", cloud.environment)
        stack.up(Declared("sjresource", jobs, cloud.queue))
        run = partial(_run, stack)
        words = {"COMP_WORDS": "sjresource st", "COMP_CWORD": "1"}
        complete = {"_SJRESOURCE_COMPLETE": "bash_complete", **words}
        listed = (str(_AWS), "batch", "list-service-jobs", "--job-queue", cloud.queue)
        filtered = (*listed, "--filters", "name=JOB_NAME,values=*")
        pairs = {
            "--help": (partial(run, *_OURS, "--help"), partial(run, *listed, "help")),
            "completion": (
                partial(run, *_OURS, environment=complete),
                partial(run, str(_COMPLETER), environment={"COMP_LINE": "aws batch li"}),
            ),
            f"status of {jobs} jobs": (partial(run, *_OURS, "status"), partial(run, *filtered)),
        }
        for what, (ours, theirs) in pairs.items():
            if _AWS.exists():
                took = by_turns(rounds, {"ours": ours, "theirs": theirs})
                title = f"{what} / the AWS CLI"
                yield compared("command", title, took["ours"], took["theirs"], _GOAL)
            else:
                yield Row("command", what, ours(), "s")
        read = by_turns(rounds, {"": partial(run, "pulumi", "stack", "export")})[""]
        yield Row("command", f"`pulumi stack export` of {jobs} jobs", median(read), "s")


def _run(stack: Stack, *command: str, environment: Mapping[str, str] | None = None) -> float:
    used = cpu_of_children()
    subprocess.run(
        command,
        cwd=stack.folder,
        env={**stack.environment, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=command[0] != str(_AWS),  # help ends with the code of a pager that is not there
    )
    return cpu_of_children() - used
