"""What a program tells of a resource beside its arguments: who it was, and that the state has it.

**Aliases.** A program is run to its end before its first resource is registered, so all aliases
are known then, in whichever order the resources stand. Who takes a name that another resource says
it had is not that resource: see `identity.claimed_by`. Aliases are the resource's own and those
that it inherits from its parent; a grandparent's are known to the engine alone.

**The record.** The engine answers a registration once it has written the new resource down. Then
the program marks it in AWS: what has the mark is, or was, in some state; what has none was lost in
a create. A program that dies before that leaves a resource which counts as lost; the next update
of it sets the mark.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.resource import all_aliases

from sjresource.arn import parse_arn
from sjresource.client import batch_client
from sjresource.errors import SjresourceError
from sjresource.identity import (
    claimed_by,
    identity_of_urn,
    recorded_mark,
    resource_identity,
)
from sjresource.stack_config import stack_settings
from sjresource.waits.daemon_thread import in_daemon_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping

    from sjresource.settings import Settings

_LONGEST_WAIT = 2.0
"""Seconds for an alias whose parent is not registered yet: it may itself wait for who asks."""

_AT_ONCE = 8
"""Marks that are set side by side; botocore keeps ten connections."""


class Declaration:
    """One declared resource; make it before the resource, and `follow` the resource at once."""

    def __init__(self, resource_type: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        self._own = resource_identity(resource_type, name, opts)
        self._type = resource_type
        self._name = name
        self._parent = opts.parent if opts else None
        self.deleted_with = bool(opts and opts.deleted_with is not None)
        self._aliases: list[pulumi.Input[str]] = []

    @property
    def claimant(self) -> str:
        """What it is called where it claims the name of another."""
        return f"{self._type}::{self._name}"

    @property
    def identity(self) -> Any:
        """The input that says who it is; see `resource_identity` and `claimed_by`."""
        return _Later(self._claimed_identity)

    @property
    def aliased_identities(self) -> Any:
        """The input that says who it was; None without aliases."""
        return _Later(self.former_identities)

    def follow(self, resource: pulumi.Resource) -> None:
        """Take the resource's aliases, and mark it in AWS if this `up` creates it."""
        own = resource._aliases  # noqa: SLF001 - the SDK tells them nowhere else
        self._aliases = all_aliases(own, self._name, self._type, self._parent)
        program = _program()
        if self._aliases:
            program.aliased.append(self)
        if not pulumi.runtime.is_dry_run():
            program.follow(resource, recorded_mark(deleted_with=self.deleted_with))

    async def _claimed_identity(self) -> Any:
        own = await pulumi.Output.from_input(self._own).future()
        if not isinstance(own, str):
            return self._own
        others = [other for other in _program().aliased if other is not self]
        claims = [other for other in others if own in (await other.former_identities() or [])]
        return claimed_by(own, [other.claimant for other in claims])

    async def former_identities(self) -> list[str] | None:
        """Return who it was, as its aliases say; those that are not known in time are left out."""
        if not self._aliases:
            return None
        urns = [asyncio.ensure_future(_known(alias)) for alias in self._aliases]
        done, late = await asyncio.wait(urns, timeout=_LONGEST_WAIT)
        for task in late:
            task.cancel()
        known = {task.result() for task in done if not task.exception()}
        return sorted(identity_of_urn(urn) for urn in known if isinstance(urn, str)) or None


class _Later:
    """An input whose value is asked for when its resource is registered."""

    def __init__(self, value: Callable[[], Awaitable[Any]]) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value().__await__()


class _Program:
    """What the resources of one run of a program share."""

    def __init__(self) -> None:
        self.aliased: list[Declaration] = []
        self._began = time.time() * 1000
        self._open = 0
        self._done: asyncio.Future[Any] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    def follow(self, resource: Any, mark: Mapping[str, str]) -> None:
        """Let the program not end before the resource's mark is set, or known to be there."""
        if self._done is None or self._done.done():
            self._done = asyncio.get_running_loop().create_future()
            # One Output for all: the SDK waits for all Outputs at once, anew each time.
            pulumi.Output.from_input(self._done)
        self._open += 1
        task = asyncio.ensure_future(self._record(resource, mark))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _record(self, resource: Any, mark: Mapping[str, str]) -> None:
        try:
            with suppress(Exception):  # the SDK reports what went wrong with the resource
                registered = await resource.registered_at.future()
                if registered is not None and registered >= self._began:
                    async with self._places:
                        arn, settings = await resource.id.future(), stack_settings()
                        await in_daemon_thread(lambda: _mark(settings, arn, mark))
        finally:
            self._open -= 1
            if not self._open and self._done is not None:
                self._done.set_result(None)


def _mark(settings: Settings, arn: str, mark: Mapping[str, str]) -> None:
    """Mark what has this ARN as recorded; what AWS refuses stays unmarked, and harms nobody."""
    place = parse_arn(arn)
    with suppress(SjresourceError):
        client = batch_client(settings, place.region if place else None)
        client.tag_resource(arn, mark)


def _program() -> _Program:
    loop = asyncio.get_running_loop()
    if loop not in _programs:
        _programs[loop] = _Program()
    return _programs[loop]


_programs: WeakKeyDictionary[asyncio.AbstractEventLoop, _Program] = WeakKeyDictionary()


async def _known(alias: pulumi.Input[str]) -> Any:
    return await pulumi.Output.from_input(alias).future()
