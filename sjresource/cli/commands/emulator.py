"""`sjresource emulator`: AWS on this machine, started, seen, stopped and emptied."""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sjresource.cli import emulator_process
from sjresource.cli.emulator_access import OVERRIDING, PROFILE, ask_emulator, aws_variables
from sjresource.cli.stack.context import StackContext
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.prompt import confirm

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.cli.emulator_process import Emulator
    from sjresource.cli.terminal.screen import Screen

FOLDER = ".sjresource"


@click.group()
def emulator() -> None:
    """AWS on this machine: Batch service jobs with S3, IAM, STS, logs and SageMaker beside them.

    Each folder of data (--data) has an emulator of its own. By default it is the one that this
    shell's AWS variables lead to, else `.sjresource/emulator` in the Pulumi project's folder.
    """


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data`, as its argument `data`."""

    @wraps(command)
    def with_data(*args: Any, data: Path | None, **options: Any) -> Any:
        return command(*args, data=(data or _default_data()).absolute(), **options)

    folder = click.Path(file_okay=False, path_type=Path)
    help_ = "Folder of everything that it keeps."
    return click.option("--data", type=folder, help=help_)(with_data)


@emulator.command()
@data_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one by default.")
@click.option(
    "--executor",
    type=click.Choice(["process", "simulated"]),
    default="process",
    show_default=True,
    help="Whether training runs as a process of this machine, or is only played.",
)
@output_option
def start(output: Output, data: Path, port: int, executor: str) -> None:
    """Start it in the background, unless it runs; print how a shell and a stack reach it.

    What it prints is for a shell: eval "$(sjresource emulator start)".
    """
    emulator_process.refuse_foreign(data)
    running = emulator_process.find(data)
    started = running is None
    if running is None:
        _make_folder(data)
        running = emulator_process.start(data, _log(data), port=port, executor=executor)
    elif port not in (0, running.port):
        said = f"starting Emulator ({data}): it runs already, at {running.url}; stop it first"
        raise CommandFailure(said, ExitCode.FAILED)
    answer = {**_described(data, running), "started": started}
    output.print(answer, lambda _: _tell_shell(data, running, started=started))


@emulator.command()
@data_option
@output_option
def stop(output: Output, data: Path) -> None:
    """Stop it; what it keeps stays for the next start. Training that goes on has then failed."""
    emulator_process.refuse_foreign(data)
    running = emulator_process.find(data)
    if running is not None:
        emulator_process.stop(running)
    pid = running.pid if running else None
    said = f"Stopped the emulator (pid {pid})." if running else f"No emulator runs for {data}."
    output.print({"stopped": running is not None, "pid": pid}, lambda screen: screen.print(said))


@emulator.command()
@data_option
@output_option
def status(output: Output, data: Path) -> int:
    """Say whether it runs, where, and how many jobs it has. Exit code 3: it doesn't run."""
    running = emulator_process.find(data)
    answer = _described(data, running)
    if running is not None:
        answer["jobs"] = ask_emulator(running.url, data, "jobs")["jobs"]
    output.print(answer, lambda screen: _tell_status(screen, answer))
    return ExitCode.OK if running else ExitCode.NOT_FOUND


@emulator.command()
@data_option
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@output_option
def reset(output: Output, data: Path, *, yes: bool) -> None:
    """Throw away all that it keeps: queues, jobs, logs, buckets. Its key and its address stay."""
    emulator_process.refuse_foreign(data)
    confirm(
        f"emptying Emulator ({data})",
        f"All queues, jobs, logs and buckets in {data} will be gone. Go on?",
        yes=yes,
    )
    running = emulator_process.reset(data, _log(data))
    said = f"Emptied {data}."
    said += f" It runs again at {running.url} (pid {running.pid})." if running else ""
    output.print(_described(data, running), lambda screen: screen.print(said))


def _default_data() -> Path:
    credentials = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    if credentials and os.environ.get("AWS_PROFILE") == PROFILE:
        return Path(credentials).parent
    return (StackContext(Path()).project or Path()) / FOLDER / "emulator"


def _make_folder(data: Path) -> None:
    """Make the folder, for its owner only, and out of version control where it is the default."""
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignored = data.parent / ".gitignore"
    if data.parent.name == FOLDER and not ignored.exists():
        ignored.write_text("*\n")


def _log(data: Path) -> Path:
    return data.with_name(f"{data.name}.log")


def _described(data: Path, running: Emulator | None) -> dict[str, Any]:
    """Describe it as `--json` does; what only a running one has is None."""
    told: dict[str, Any] = {"pid": None, "url": None, "page": None}
    if running:
        told = {name: value for name, value in asdict(running).items() if name in told}
    return {
        "running": running is not None,
        **told,
        "page": told["page"] or None,
        "data": str(data),
        "log": str(_log(data)),
        "environment": aws_variables(running.url, data) if running else None,
    }


def _tell_shell(data: Path, running: Emulator, *, started: bool) -> None:
    state = "started" if started else "runs"
    click.echo(f"# emulator {state}: {running.url}, pid {running.pid}, log {_shown(_log(data))}")
    if running.page:
        click.echo(f"# see its queues: {running.page}")
    click.echo('# eval "$(sjresource emulator start)" lets this shell and its stacks use it:')
    click.echo(f"unset {' '.join(OVERRIDING)}  # they would come first")
    for name, value in aws_variables(running.url, data).items():
        click.echo(f"export {name}={shlex.quote(value)}")


def _tell_status(screen: Screen, answer: dict[str, Any]) -> None:
    if not answer["running"]:
        screen.print(f"No emulator runs for {answer['data']}; start it: sjresource emulator start")
        return
    screen.print(f"Runs at {answer['url']}, pid {answer['pid']}")
    if answer["page"]:
        screen.print(f"queues: {answer['page']}")
    screen.print(f"data: {answer['data']}")
    screen.print(f"log: {answer['log']}")
    for region, counts in sorted(answer["jobs"].items()):
        numbers = ", ".join(f"{counts[each]} {each}" for each in sorted(counts))
        screen.print(f"jobs in {region}: {numbers}")
    if not answer["jobs"]:
        screen.print("no jobs")


def _shown(path: Path) -> str:
    """Give a path as it is seen from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
