"""`sjresource dashboard`: the queue page about AWS, served to a browser on this machine."""

from __future__ import annotations

import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

import click

from sjresource.aws.arn import region_in
from sjresource.cli.dashboard_source import MAX_QUEUES, AwsDataSource
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_queue import queues_to_show
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.page import PageApp
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
    help="A queue to show; may be repeated: a resource name of the stack, a name or an ARN. "
    "Default: the queues that the stack has or uses.",
)
@click.option("--all", "all_queues", is_flag=True, help="Show the queues of the whole region.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free port.")
@click.option("--no-browser", is_flag=True, help="Print the URL and open no browser.")
@output_option
def dashboard(
    context: StackContext,
    output: Output,
    queues: Sequence[str],
    port: int,
    *,
    all_queues: bool,
    no_browser: bool,
) -> None:
    """Show queues, shares and jobs in a browser, live and read-only, until Ctrl-C.

    Listens on this machine only. AWS is asked while a page is open, about twice a second at most,
    and the browser gets nothing but what is shown.
    """
    shown = [] if all_queues else queues_to_show(context, queues)
    source = AwsDataSource(context.clients, context.mask, _title(context, shown), shown)
    if not shown:
        count = source.count_queues()  # fails at once if AWS can't be asked
        if count > MAX_QUEUES:
            source.title += f" ({MAX_QUEUES} of {count} queues; --queue shows others)"
    site = PageApp(source)
    server = _listen(site, port)
    url = site.auth.url(server.url)
    # Two lines that no terminal breaks: the URL is to be clicked or copied.
    text = f"{plain(source.title)}: {url}\nCtrl-C ends it."
    output.print({"url": url, "queues": shown or None}, lambda _: click.echo(text))
    sys.stdout.flush()  # whoever waits for the URL has it now
    if not no_browser:  # some browsers return when they are closed, and ask for the page before
        once = site.auth.one_time_url(server.url)
        threading.Thread(target=webbrowser.open, args=(once,), daemon=True).start()
    server.run()
    raise KeyboardInterrupt  # the server takes it for its own end


def _title(context: StackContext, shown: Sequence[str]) -> str:
    regions = ", ".join(sorted({region_in(queue) for queue in shown}))
    where = regions or context.settings.region or "the configured region"
    return f"{context.title} in {where}" if context.title else where


def _listen(site: PageApp, port: int) -> PageServer:
    from sjresource.page.server import PageServer  # noqa: PLC0415 - its library may be missing

    try:
        return PageServer(site, port)
    except OSError as error:
        message = f"starting Dashboard (port {port}): {error.strerror}; give another --port"
        raise CommandFailure(message, ExitCode.FAILED) from None
