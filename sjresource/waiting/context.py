"""What all waits of one program share: clients, a poller, a reporter, the list of pending waits."""

from __future__ import annotations

import asyncio
import contextvars
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor

from sjresource.aws.clients import RegionalClients, confirm_gone, regional_clients
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.stack.config import setting_word, stack_settings, wrong_value
from sjresource.stack.pulumi_cli.command_line import pulumi_command_line
from sjresource.stack.pulumi_cli.terminal import is_narrow, pulumi_columns
from sjresource.status.detail import StatusDetail
from sjresource.waiting.interruption import log_interruptions
from sjresource.waiting.pending_waits import PendingWaits, count_calls
from sjresource.waiting.poller import Poller
from sjresource.waiting.reporter import REPORT_RATES, Reporter

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class WaitContext:
    """What all waits of one program share."""

    clients: RegionalClients
    reporter: Reporter
    poller: Poller
    status_detail: StatusDetail
    pending: PendingWaits


_contexts: WeakKeyDictionary[asyncio.AbstractEventLoop, WaitContext] = WeakKeyDictionary()
"""By event loop: the Automation API runs several programs in a process, each on its own loop."""


def wait_context() -> WaitContext:
    """Return the context of the running event loop's program.

    Raises:
        pulumi.RunError: `sjresource:progress` is not one of its values.
    """
    loop = asyncio.get_running_loop()
    if loop not in _contexts:
        _contexts[loop] = _new_context(loop)
    return _contexts[loop]


def _new_context(loop: asyncio.AbstractEventLoop) -> WaitContext:
    config, settings = pulumi.Config("sjresource"), stack_settings()
    progress = setting_word(config.get("progress") or "sparse")
    if progress not in REPORT_RATES:
        reason = wrong_value("progress", progress)
        raise pulumi.RunError(f"reading Setting (sjresource:progress): {reason}")

    program = contextvars.copy_context()  # has the engine, of which a process may have several

    def on_loop(log: Callable[..., None], **options: Any) -> Callable[[Any, str], None]:
        """Wrap a function of `pulumi.log`, which has to run on the loop, for other threads."""

        def log_on_loop(resource: Any, text: str) -> None:
            line = partial(log, text, resource=resource, **options)
            loop.call_soon_threadsafe(line, context=program)

        return log_on_loop

    clients = regional_clients(settings)
    optional_clients = regional_clients(settings, OPTIONAL_TIMEOUTS)
    reporter = Reporter(
        on_loop(pulumi.log.info, ephemeral=True),
        on_loop(pulumi.log.warn),
        REPORT_RATES[progress],
        keep=on_loop(pulumi.log.info) if is_narrow(pulumi_columns()) else None,
        names_jobs=pulumi_command_line().prints_lines,
    )
    fail_fast = setting_word(config.get("failFast")) == "true"
    pending = PendingWaits(count_calls(get_monitor()), fail_fast=fail_fast)
    log_interruptions(lambda: sum(len(getattr(wait, "jobs", ())) for wait in pending.waits))
    return WaitContext(
        clients=clients,
        reporter=reporter,
        poller=Poller(
            clients.batch, reporter, confirm_gone=partial(confirm_gone, settings, "ServiceJob")
        ),
        status_detail=StatusDetail(optional_clients.batch, optional_clients.sagemaker),
        pending=pending,
    )
