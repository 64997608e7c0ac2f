"""The Pulumi CLI on the local stack: brings the engine, runs it, waits until it has let go."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from local_stack.environment import ENGINE, ROOT, STACK, STATE, pulumi_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_CHANGES = re.compile(r" +(?!--outputs:--)(\+-|-\+|\+\+|--|[-+~])")
"""How a line of a diff begins that is not only there for orientation."""


def stack_exists(state: Path = STATE, project: Path = ROOT / "Pulumi.yaml") -> bool:
    """Return whether the local stack was made and not removed since.

    The examples' stacks lie in the same state, under the same name, by their projects.
    """
    return (state / ".pulumi" / "stacks" / _name(project) / f"{STACK}.json").exists()


def others(state: Path = STATE, project: Path = ROOT / "Pulumi.yaml") -> dict[str, int]:
    """Count the resources that stacks of other projects still have, by `project/stack`."""
    found = {}
    for file in sorted(state.glob(".pulumi/stacks/*/*.json")):
        if file.parent.name == _name(project):
            continue
        latest = json.loads(file.read_text()).get("checkpoint", {}).get("latest") or {}
        count = sum(bool(each.get("custom")) for each in latest.get("resources") or [])
        if count:
            found[f"{file.parent.name}/{file.stem}"] = count
    return found


def _name(project: Path) -> str:
    """Read a project's name."""
    named = re.search(r"^name: *(\S+)", project.read_text(), re.MULTILINE)
    return named[1] if named else project.parent.name


def run(*commands: list[str], only_changes: bool = False) -> int:
    """Run commands on the local stack one after the other, up to the first that fails.

    Gives that one's exit code, else 0. The stack is made if there is none. Ctrl-C is pulumi's to
    handle, which ends what it began; this process waits for it. With `only_changes`, of a diff the
    lines are shown that change.
    """
    engine = _bring_engine()
    environ = os.environ | pulumi_variables(engine, os.environ["PATH"])
    STATE.mkdir(parents=True, exist_ok=True)
    drop_locks_of_the_dead(STATE)
    signal.signal(signal.SIGINT, lambda *_: None)
    making = [] if stack_exists() else [["stack", "init"]]
    for command in [*making, *commands]:
        process = subprocess.Popen(
            [engine / "pulumi", *command, "--stack", STACK],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE if only_changes else None,
            text=True,
        )
        with process:
            for line in changes(process.stdout or ()):
                print(line, flush=True)
        if process.returncode != 0:
            return process.returncode
    return 0


def changes(diff: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a detailed diff that change something, and all that is no diff.

    Of a job with a long payload the diff shows all of it, around the one value that has changed.
    """
    in_diff = True
    for line in diff:
        text = line.rstrip()
        in_diff = in_diff and text not in ("Resources:", "Diagnostics:")
        if not in_diff or not text.startswith("  ") or _CHANGES.match(text):
            yield text


def drop_locks_of_the_dead(state: Path) -> None:
    """Unlock what a pulumi that was killed had locked, as `pulumi cancel` does for any."""
    for lock in state.glob(".pulumi/locks/**/*.json"):
        pid = json.loads(lock.read_text())["pid"]
        if not psutil.pid_exists(pid):
            print(f"dropping the lock of a pulumi that was killed (pid {pid})")
            lock.unlink()
            lock.with_name(f"{lock.name}.attrs").unlink(missing_ok=True)


def _bring_engine() -> Path:
    command = [sys.executable, str(ENGINE)]
    brought = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if brought.returncode != 0:
        sys.exit(brought.returncode)  # it has said why
    return Path(brought.stdout.strip())
