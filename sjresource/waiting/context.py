"""What all waits of one program share: its clients, one poller, one reporter, the list of waits.

Several programs may share a process, each with an event loop of its own (the Automation API).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi

from sjresource.aws.clients import RegionalClients, confirm_gone, regional_clients
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.stack.config import stack_settings
from sjresource.stack.own_settings import wrong_value
from sjresource.status.detail import Standing
from sjresource.waiting.failures import OpenWaits, open_waits
from sjresource.waiting.interruption import say_when_interrupted
from sjresource.waiting.operation import Operation, this_operation
from sjresource.waiting.poller import Poller
from sjresource.waiting.reporter import PACES, Reporter

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Surroundings:
    """What all waits of one program share."""

    clients: RegionalClients
    reporter: Reporter
    poller: Poller
    standing: Standing
    waits: OpenWaits


def stack_operation() -> Operation:
    """Read which operation this run of the program serves.

    Raises:
        pulumi.RunError: a setting of ours, or the variable, is none.
    """
    stack_settings()  # which looks at ours first, so that all that is wrong is told at once
    try:
        return this_operation(pulumi.Config("sjresource").get("wait"))
    except ValueError as error:
        raise pulumi.RunError(str(error)) from None


def surroundings() -> Surroundings:
    """Give what the waits of the running event loop share.

    Raises:
        pulumi.RunError: `sjresource:progress` is not one of its values.
    """
    loop = asyncio.get_running_loop()
    if loop not in _surroundings:
        _surroundings[loop] = _new_surroundings(loop)
    return _surroundings[loop]


_surroundings: WeakKeyDictionary[asyncio.AbstractEventLoop, Surroundings] = WeakKeyDictionary()


def _new_surroundings(loop: asyncio.AbstractEventLoop) -> Surroundings:
    own = pulumi.Config("sjresource")
    settings = stack_settings()
    clients, talk = regional_clients(settings), regional_clients(settings, OPTIONAL_TIMEOUTS)
    pace = own.get("progress") or "sparse"
    if pace not in PACES:
        reason = wrong_value("progress", pace)
        raise pulumi.RunError(f"reading Setting (sjresource:progress): {reason}")

    def on_loop(log: Callable[..., None], **how: Any) -> Callable[[Any, str], None]:
        """`pulumi.log` with a resource belongs on the loop; the poller speaks from its thread."""

        def say(row: Any, text: str) -> None:
            loop.call_soon_threadsafe(lambda: log(text, resource=row, **how))

        return say

    reporter = Reporter(
        on_loop(pulumi.log.info, ephemeral=True), on_loop(pulumi.log.warn), PACES[pace]
    )
    waits = open_waits(fail_fast=bool(own.get_bool("failFast")))
    say_when_interrupted(lambda: sum(len(getattr(wait, "jobs", ())) for wait in waits.open))
    return Surroundings(
        clients=clients,
        reporter=reporter,
        poller=Poller(
            clients.batch,
            reporter,
            confirm_gone=partial(confirm_gone, settings, "ServiceJob"),
        ),
        standing=Standing(talk.batch, talk.sagemaker),
        waits=waits,
    )
