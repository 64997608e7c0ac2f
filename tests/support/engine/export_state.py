"""Writes the states that this release makes, for `tests/stack/test_old_states.py` to load for ever.

There is one of each front; that of the native one is read by the tests of the command, too.

Run it once for each release: `.venv/bin/python tests/support/engine/export_state.py 0.1.0`. Before
the first release, run it whenever a key of the state or the module of a provider is renamed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjresource.emulator import Emulator
from sjresource.emulator.executors.scripts import Rule, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
sys.path += map(str, (ROOT / "tests" / "support").iterdir())  # as pytest's settings have them

from emulated_stack import PROGRAM, EmulatedCloud  # noqa: E402 - found by now
from engine_fixtures import TOOL  # noqa: E402
from native_programs import WHOLE, native_stack  # noqa: E402
from pulumi_stack import PulumiStack  # noqa: E402


def export_states(release: str) -> Iterator[Path]:
    """Bring the stack of each front up against an emulator, and write its state to a file."""
    found = subprocess.run([sys.executable, TOOL], stdout=subprocess.PIPE, text=True, check=True)
    engine = Path(found.stdout.strip())

    def new_stack(program: str, **settings: Any) -> PulumiStack:
        return PulumiStack(settings.pop("folder"), engine, program, **settings)

    def dynamic(**settings: Any) -> PulumiStack:
        return new_stack(PROGRAM, config={"project:epochs": "10"}, **settings)

    def native(**settings: Any) -> PulumiStack:
        return native_stack(new_stack, WHOLE, **settings)

    for make, name in ((dynamic, release), (native, f"native-{release}")):
        yield _export(make, ROOT / "tests" / "stack" / "states" / f"{name}.json")


def _export(make: Callable[..., PulumiStack], target: Path) -> Path:
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        emulator.rules.add(Rule("*", [Script(running=2)]))  # long enough to be seen to start
        stack = make(folder=Path(folder) / "stack", environment=EmulatedCloud(emulator).environment)
        stack.up()
        stack.refresh()
        stack.run("stack", "export", "--file", str(target))
        stack.close()
    state = json.loads(target.read_text())
    target.write_text(json.dumps(_without_paths(state), indent=4) + "\n")
    return target


def _without_paths(state: dict[str, Any]) -> dict[str, Any]:
    """Leave out the files of this machine in which the resources were declared."""
    for resource in state["deployment"]["resources"]:
        resource.pop("sourcePosition", None)
        resource.pop("stackTrace", None)
    return state


if __name__ == "__main__":
    for written in export_states(sys.argv[1]):
        sys.stdout.write(f"{written}\n")
