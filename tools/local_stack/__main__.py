"""`make up`, `preview`, `down` and `emulator`: the example stack on this machine alone.

Usage: python tools/local_stack up|preview|down|emulator

All that it keeps lies in `.local`: the emulator's data and log, the stack's state. Nothing is sent
to AWS.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

# `python tools/local_stack` puts the folder itself on the path; its package is found from above.
TOOLS = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(TOOLS), str(TOOLS / "only_where_pulumi_cannot_be_installed")]

from engine.bringing import find_engine  # noqa: E402 - after the path is set

from local_stack import pulumi  # noqa: E402
from local_stack.environment import (  # noqa: E402
    BACKEND,
    EMULATOR_DATA,
    EMULATOR_LOG,
    ROOT,
    STATE,
    aws_variables,
    command_folder,
    isolated,
)
from local_stack.upload import upload_example  # noqa: E402
from sjresource.cli import local_emulator  # noqa: E402
from sjresource.cli.shell_lines import OVERRIDING, lines_to_use  # noqa: E402
from sjresource.errors import WaitTimeout  # noqa: E402
from sjresource.process.standard_streams import ended  # noqa: E402

if TYPE_CHECKING:
    from sjresource.cli.local_emulator import RunningEmulator


def up() -> int:
    """Bring the stack up: emulator, example code and data, then the engine."""
    use(running_emulator())
    upload_example(ROOT / "examples")
    code = pulumi.run(["up", "--yes"])
    if code == 0:
        print("Next: give `epochs` in Pulumi.local.yaml another value, then `make preview`.")
        print('Or look at its jobs:  eval "$(make -s emulator)"; sjresource status')
    else:
        print("The emulator and its jobs go on; `make up` goes on too, `make down` ends it all.")
    return code


def preview() -> int:
    """Show what `up` would change, down to single values."""
    use(running_emulator())
    return pulumi.run(["preview", "--diff"], only_changes=True)


def down() -> int:
    """Destroy the stack and stop the emulator; the trained models stay in the emulator's data."""
    if pulumi.stack_exists():
        use(running_emulator())
        code = pulumi.run(["destroy", "--yes"], ["stack", "rm", "--yes", "--preserve-config"])
        if code != 0:
            print("The emulator still runs, so that `make down` can be tried again.")
            return code
    if running := local_emulator.find(EMULATOR_DATA):
        local_emulator.stop(running)
        print(f"stopped the emulator (pid {running.pid})")
    for name, count in pulumi.others().items():
        print(f"{name} still has {count} resources in its data: `make emulator`, then destroy it")
    return 0


def emulator() -> int:
    """Start the emulator; print lines for a shell: eval "$(make -s emulator)".

    After them `sjresource`, `pulumi`, boto3 and the AWS CLI work on the local stack.
    """
    running = running_emulator()
    STATE.mkdir(parents=True, exist_ok=True)  # pulumi wants it to be there
    proxies = {name: os.environ[name] for name in ("NO_PROXY", "no_proxy")}
    variables = {**aws_variables(running.url), **BACKEND, **proxies}
    print(*lines_to_use(variables, [*OVERRIDING, "PULUMI_STACK"]), sep="\n")
    engine = find_engine(os.environ)
    if engine is None:
        print("# no Pulumi engine yet: make up brings it")
    folders = [str(folder) for folder in (engine, command_folder()) if folder]
    print(f'export PATH={shlex.quote(os.pathsep.join(folders))}:"$PATH"')
    return 0


def running_emulator() -> RunningEmulator:
    """Return the emulator that runs, started if need be, and say where it is."""
    running = local_emulator.find(EMULATOR_DATA)
    state = "runs"
    if running is None:
        try:
            running = local_emulator.start(EMULATOR_DATA, EMULATOR_LOG)
        except WaitTimeout as error:
            sys.exit(str(error))
        state = "started"
    log = EMULATOR_LOG.relative_to(ROOT)
    print(f"# emulator {state}: {running.url}, pid {running.pid}, log {log}; stop it: make down")
    print(f"# see its queues: {running.page}")
    return running


def use(running: RunningEmulator) -> None:
    """Let whatever this process does and starts from here on talk to the emulator."""
    os.environ.update(aws_variables(running.url))


def main(command: str) -> int:
    """Run one command in an environment without the caller's AWS and Pulumi settings."""
    environ = isolated(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    # In a pipe, too, what this says stands in its place between what the engine says.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a real stdout has it
    try:
        return {"up": up, "preview": preview, "down": down, "emulator": emulator}[command]()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(ended(f"make {sys.argv[1]}", lambda: main(sys.argv[1])))
