"""`sjresource dashboard`: the queue page about AWS, served to a browser of this machine."""

from __future__ import annotations

import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

import click

from sjresource.aws.arn import parse_arn
from sjresource.cli.dashboard_source import MOST_QUEUES, AwsAnswers
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_queue import queues_to_show
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.page import Site
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.page.server import PageServer


@click.command()
@stack_options
@click.option(
    "-q",
    "--queue",
    "queues",
    multiple=True,
    metavar="QUEUE",
    help="A queue to show, may be given several times: a resource name of the stack, a name or "
    "an ARN. By default those that the stack has or uses.",
)
@click.option("--all", "everything", is_flag=True, help="Show the queues of the whole region.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free port.")
@click.option("--no-browser", is_flag=True, help="Only print the URL.")
@output_option
def dashboard(
    context: StackContext,
    output: Output,
    queues: Sequence[str],
    port: int,
    *,
    everything: bool,
    no_browser: bool,
) -> None:
    """Show queues, shares and jobs in a browser, live and read-only, until Ctrl-C.

    Listens on this machine only. AWS is asked while a page is open, about twice a second at most,
    and nothing reaches the browser but what is shown.
    """
    shown = [] if everything else queues_to_show(context, queues)
    answers = AwsAnswers(context.clients, context.mask, _place(context, shown), shown)
    if not shown:
        _tell_how_many(answers)
    site = Site(answers)
    server = _listen(site, port)
    url = site.door.url(server.url)
    output.print(
        {"url": url, "queues": shown or None},
        lambda _: _tell(answers.place, url),
    )
    sys.stdout.flush()  # whoever waits for the URL has it now
    if not no_browser:  # some browsers return when they are closed, and ask for the page before
        once = site.door.url_for_once(server.url)
        threading.Thread(target=webbrowser.open, args=(once,), daemon=True).start()
    server.run()
    raise KeyboardInterrupt  # the server takes it for its own end


def _tell(place: str, url: str) -> None:
    """Say it in two lines that no terminal breaks: the URL is to be clicked or copied."""
    click.echo(f"{plain(place)}: {url}")
    click.echo("Ctrl-C ends it.")


def _place(context: StackContext, shown: Sequence[str]) -> str:
    """Say what the page is of: the stack, and where."""
    regions = {arn.region for queue in shown if (arn := parse_arn(queue))}
    where = ", ".join(sorted(regions)) or context.settings.region or "the configured region"
    return f"{context.title} in {where}" if context.title else where


def _tell_how_many(answers: AwsAnswers) -> None:
    """Say on the page that there is more, and to the shell what can't be asked."""
    count = answers.count_queues()
    if count > MOST_QUEUES:
        answers.place += f" ({MOST_QUEUES} of {count} queues; --queue shows others)"


def _listen(site: Site, port: int) -> PageServer:
    from sjresource.page.server import PageServer  # noqa: PLC0415 - its library may be missing

    try:
        return PageServer(site, port)
    except OSError as error:
        said = f"starting Dashboard (port {port}): {error.strerror}; give another --port"
        raise CommandFailure(said, ExitCode.FAILED) from None
