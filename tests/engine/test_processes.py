"""What is left of a Pulumi command when something dies in the middle of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from pathlib import Path

    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

# A killed CLI is noticed by polling, and a program is asked before it is killed.
GONE_WITHIN_SECONDS = 10.0

SLOW_CREATE = """
    import time
    import pulumi
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider

    class Slow(ResourceProvider):
        def create(self, inputs):
            open("creating", "w").close()
            time.sleep(600)
            return CreateResult("id", {})

    class SlowResource(Resource):
        pass

    SlowResource(Slow(), "slow", {})
"""

SLOW_PROGRAM = """
    import subprocess
    import sys
    import time

    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open("running", "w").close()
    time.sleep(600)
"""

FAILING_PROGRAM = """
    import subprocess
    import sys

    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    raise SystemExit(3)
"""

# Deaf to SIGTERM, as a program in a long call of C code is.
DEAF_PROGRAM = """
    import signal
    import time

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    open("running", "w").close()
    time.sleep(600)
"""


def test_killed_plugin_ends_up(new_stack: NewStack) -> None:
    """A plugin that is killed inside a create ends `up` soon, with a failure."""
    stack = new_stack(SLOW_CREATE)
    cli = stack.start("up")
    cli.wait_for_file(stack.work / "creating")
    kill_plugin(stack)

    started = time.monotonic()
    outcome = cli.wait(timeout_seconds=120, fails=True)

    assert time.monotonic() - started < 60
    assert outcome.diagnostics("error")
    assert nothing_is_left(stack)


@pytest.mark.parametrize("program", [SLOW_PROGRAM, DEAF_PROGRAM], ids=["willing", "deaf"])
def test_ctrl_c_in_the_program_leaves_no_process(new_stack: NewStack, program: str) -> None:
    """Ctrl-C ends `up` and the program, even a deaf one, and whatever that has started."""
    stack = new_stack(program)
    cli = stack.start("up")
    cli.wait_for_file(stack.work / "running")

    cli.interrupt()
    cli.wait(timeout_seconds=120, fails=True)

    assert nothing_is_left(stack)
    assert "Traceback" not in cli.stdout() + cli.stderr()


def test_second_ctrl_c_in_a_create_leaves_no_process(new_stack: NewStack) -> None:
    """A create that can't be cancelled is left by the second Ctrl-C, with its plugin."""
    stack = new_stack(SLOW_CREATE)
    cli = stack.start("up")
    cli.wait_for_file(stack.work / "creating")

    cli.interrupt()
    cli.wait_for("^C received")
    cli.interrupt()
    cli.wait(timeout_seconds=120, fails=True)

    assert nothing_is_left(stack)


@pytest.mark.parametrize(
    ("program", "begun"),
    [(SLOW_CREATE, "creating"), (SLOW_PROGRAM, "running"), (DEAF_PROGRAM, "running")],
    ids=["create", "program", "deaf"],
)
def test_killed_cli_leaves_no_process(
    new_stack: NewStack, engine: Path, program: str, begun: str
) -> None:
    """A CLI that is killed takes language host, program and plugin with it."""
    if begun == "creating" and not is_ours(engine):
        pytest.skip("Pulumi's own plugin doesn't notice that its engine was killed")
    stack = new_stack(program)
    cli = stack.start("up")
    cli.wait_for_file(stack.work / begun)

    cli.kill()

    assert nothing_is_left(stack)


def test_failing_program_leaves_no_process_and_fails_the_test(new_stack: NewStack) -> None:
    """A program that fails while a child of its own runs leaves neither.

    A command that fails where it should work, or the other way round, shows what it said.
    """
    stack = new_stack(FAILING_PROGRAM)

    with pytest.raises(AssertionError, match="exit code: 3"):
        stack.up()
    assert nothing_is_left(stack)
    with pytest.raises(AssertionError, match="exit code 0"):
        stack.run("stack", "ls", fails=True)


def kill_plugin(stack: PulumiStack) -> None:
    """Kill -9 the dynamic provider's process, which has "pulumi.dynamic" in its command."""
    (plugin,) = [process for process in stack.processes() if "pulumi.dynamic" in process.cmdline()]
    plugin.send_signal(9)


def is_ours(engine: Path) -> bool:
    """Return whether the engine is an assembled one, with launchers of our own."""
    return (engine.parent / "sdk").is_dir()


def nothing_is_left(stack: PulumiStack) -> bool:
    """Return whether all processes of the stack end by themselves in time."""
    return holds_within(GONE_WITHIN_SECONDS, lambda: not stack.processes())
