"""`sjresource emulator`: start, stop, show and empty the emulator of AWS on this machine."""

from __future__ import annotations

import os
import shlex
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sjresource.cli import local_emulator
from sjresource.cli.shell_lines import lines_to_undo, lines_to_use
from sjresource.cli.stack.context import StackContext
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.group import SuggestingGroup
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.prompt import confirm
from sjresource.emulator_shell import START, is_for_emulator
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.cli.local_emulator import RunningEmulator
    from sjresource.cli.terminal.screen import Screen

FOLDER = ".sjresource"
_PORT_HELP = "Default: the port that it had the last time, if that is free, else any free one."


@click.group(cls=SuggestingGroup)
def emulator() -> None:
    """Start, stop, show, use or empty the emulator of AWS on this machine.

    It has Batch service jobs, with S3, IAM, STS, CloudWatch Logs and SageMaker beside them.

    Each data folder (--data) has its own emulator. The default is the emulator that this shell's
    AWS variables point to, else `.sjresource/emulator` in the Pulumi project's folder.
    """


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--data` to a command, which gets it as the argument `data`."""

    @wraps(command)
    def with_data(*args: Any, data: Path | None, **options: Any) -> Any:
        return command(*args, data=(data or _default_data()).absolute(), **options)

    folder = click.Path(file_okay=False, path_type=Path)
    help_ = "Folder in which the emulator stores everything."
    return click.option("--data", type=folder, help=help_)(with_data)


@emulator.command()
@data_option
@click.option("--port", type=click.IntRange(0, 65535), default=None, help=_PORT_HELP)
@click.option(
    "--executor",
    type=click.Choice(["process", "simulated"]),
    default="process",
    show_default=True,
    help="Run training as a process of this machine, or only simulate it. `python -m "
    "sjresource.emulator` simulates by default: it is for tests.",
)
@output_option
def start(output: Output, data: Path, port: int | None, executor: str) -> None:
    """Start the emulator in the background.

    If it runs already, nothing is changed. Print its address, and what a shell needs to use it:
    eval "$(sjresource emulator start)". `sjresource emulator env --unset` undoes that.
    """
    local_emulator.check_folder(data, "starting")
    before = local_emulator.last_port(data)
    running = local_emulator.find(data)
    started = running is None
    if running is None:
        _make_folder(data)
        running = local_emulator.start(data, _log(data), port=port, executor=executor)
    elif port and port != running.port:
        message = f"starting Emulator ({data}): it runs already, at {running.url}; stop it first"
        raise CommandFailure(message, ExitCode.FAILED)
    result = {**_as_json(data, running), "started": started}
    moved = before if started and port is None and before != running.port else 0
    output.print(result, lambda _: _print_started(data, running, started=started, moved=moved))


@emulator.command()
@data_option
@click.option("--unset", is_flag=True, help="Print what makes a shell as it was before.")
def env(data: Path, *, unset: bool) -> None:
    """Print what a shell needs to use the running emulator.

    eval "$(sjresource emulator env)" uses it; eval "$(sjresource emulator env --unset)" gives the
    shell its own AWS variables back. `status --json` has the variables as JSON. Exit code 3: it is
    not running.
    """
    if unset:
        click.echo("\n".join(lines_to_undo(local_emulator.aws_variables("", data))))
        return
    running = local_emulator.find(data)
    if running is None:
        message = f"reading Emulator ({data}): it is not running; type {_start_line(data)}"
        raise CommandFailure(message, ExitCode.NOT_FOUND)
    click.echo("\n".join(lines_to_use(local_emulator.aws_variables(running.url, data))))


@emulator.command()
@data_option
@output_option
def stop(output: Output, data: Path) -> None:
    """Stop the emulator. Its data are kept for the next start; training that is running fails."""
    local_emulator.check_folder(data, "stopping")
    running = local_emulator.find(data)
    if running is not None:
        local_emulator.stop(running)
    pid = running.pid if running else None
    text = f"Stopped the emulator (pid {pid})." if running else f"No emulator runs for {data}."
    output.print({"stopped": running is not None, "pid": pid}, lambda screen: screen.print(text))


@emulator.command()
@data_option
@output_option
def status(output: Output, data: Path) -> int:
    """Show whether the emulator runs, and its jobs.

    Jobs are counted by region and status. Exit code 3: it is not running.
    """
    running = local_emulator.find(data)
    result = _as_json(data, running)
    if running is not None:
        result["jobs"] = local_emulator.read_control(running.url, data, "jobs")["jobs"]
    output.print(result, lambda screen: _print_status(screen, result))
    return ExitCode.OK if running else ExitCode.NOT_FOUND


@emulator.command()
@data_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")
@output_option
def reset(output: Output, data: Path, *, yes: bool) -> None:
    """Delete all queues, jobs, logs and buckets. Its key and its address stay."""
    local_emulator.check_folder(data, "emptying")
    confirm(
        f"emptying Emulator ({data})",
        f"Delete all queues, jobs, logs and buckets in {data}?",
        yes=yes,
    )
    running = local_emulator.reset(data, _log(data))
    text = f"Emptied {data}."
    text += f" It runs again at {running.url} (pid {running.pid})." if running else ""
    output.print(_as_json(data, running), lambda screen: screen.print(text))


def _default_data() -> Path:
    credentials = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    if credentials and is_for_emulator():
        return Path(credentials).parent
    return (StackContext(Path()).project or Path()) / FOLDER / "emulator"


def _make_folder(data: Path) -> None:
    """Make the folder around `data`, for its owner only; if it is our default, git ignores it."""
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    gitignore = data.parent / ".gitignore"
    if data.parent.name == FOLDER and not gitignore.exists():
        gitignore.write_text("*\n")


def _log(data: Path) -> Path:
    return data.parent / f"{data.name}.log"  # of `/`, too, which has no name


def _start_line(data: Path) -> str:
    """Return what a shell types to use the emulator of `data`."""
    if data == _default_data().absolute():
        return START
    return START.replace("start)", f"start --data {shlex.quote(str(data))})")


def _as_json(data: Path, running: RunningEmulator | None) -> dict[str, Any]:
    """Return what `--json` prints; null is what only a running one has."""
    return {
        "running": running is not None,
        "pid": running.pid if running else None,
        "url": running.url if running else None,
        "page": (running.page or None) if running else None,
        "data": str(data),
        "log": str(_log(data)),
        "environment": local_emulator.aws_variables(running.url, data) if running else None,
    }


def _print_started(data: Path, running: RunningEmulator, *, started: bool, moved: int) -> None:
    """Print where it is, and the lines for a shell; `moved` is the port that it had to give up."""
    state, log = "started" if started else "runs", _log(data)
    if log.is_relative_to(Path.cwd()):
        log = log.relative_to(Path.cwd())
    # The shell evaluates each line.
    click.echo(f"# emulator {state}: {running.url}, pid {running.pid}, log {plain(log)}")
    if running.page:
        click.echo(f"# see its queues: {running.page}")
    if moved:
        click.echo(
            f"# another program has its port {moved}: shells of before have to type this too"
        )
    click.echo(f"# {plain(_start_line(data))} lets this shell and its stacks use it:")
    click.echo("\n".join(lines_to_use(local_emulator.aws_variables(running.url, data))))


def _print_status(screen: Screen, result: dict[str, Any]) -> None:
    if not result["running"]:
        start = _start_line(Path(result["data"]))
        screen.print(f"No emulator runs for {result['data']}; type {start}", wrap=False)
        return
    screen.print(f"Runs at {result['url']}, pid {result['pid']}")
    if result["page"]:
        screen.print(f"queues: {result['page']}")
    screen.print(f"data: {result['data']}")
    screen.print(f"log: {result['log']}")
    for region, counts in sorted(result["jobs"].items()):
        numbers = ", ".join(f"{counts[each]} {each}" for each in sorted(counts))
        screen.print(f"jobs in {region}: {numbers}")
    if not result["jobs"]:
        screen.print("no jobs")
