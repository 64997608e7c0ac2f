"""What a program tells of a resource beside its arguments: who it was, and that the state has it.

**Aliases.** What a program says before its first `await` it says before its first resource is
registered, in whichever order. Who takes a name that another resource says it had is not that
resource: see `identity.claimed_by`. Aliases are the resource's own and those that it inherits from
its parent; a grandparent's, and those of a transform, are known to the engine alone. They are
compared by type and name, and not by URN: a parent's URN may be waited for by who asks.

**The record.** The engine answers a registration once it has written the new resource down. Then it
is marked in AWS, by the program, whose stub hears the answer even if another resource has failed it
by then: what has the mark is, or was, in some state; what has none was lost in a create. A program
that is killed before that leaves a resource which counts as lost; the next update or refresh of it
sets the mark.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

import pulumi
from pulumi.runtime.resource import all_aliases
from pulumi.runtime.settings import get_monitor

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import batch_client
from sjresource.errors import SjresourceError
from sjresource.sanitize import plain
from sjresource.stack.config import stack_settings
from sjresource.stack.identity import claimed_by, identity_of_urn, recorded_mark, resource_identity

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator

    from sjresource.aws.settings import Settings

_OURS = "pulumi-python:dynamic/sjresource:"

_LONGEST_WAIT = 2.0
"""Seconds for the alias of a parent whose own parent is not registered yet."""

_AT_ONCE = 8
"""Marks that are set side by side; botocore keeps ten connections."""


class Declaration:
    """One declared resource; make it before the resource, and `follow` the resource at once."""

    def __init__(self, resource_type: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        self._own = resource_identity(resource_type, name, opts)
        self._opts = opts or pulumi.ResourceOptions()
        self._urns: list[pulumi.Input[str]] = []
        self.type = resource_type
        self.name = name
        self.deleted_with = self._opts.deleted_with is not None
        _hear_registrations()

    @property
    def identity(self) -> Any:
        """The input that says who it is; see `resource_identity` and `claimed_by`."""
        return _Later(self._claimed_identity)

    @property
    def aliased_identities(self) -> Any:
        """The input that says who it was; None without aliases."""
        return _Later(self._former_identities)

    def follow(self, resource: pulumi.Resource) -> None:
        """Take the resource's aliases, and let the rest of the program know of them."""
        own = resource._aliases  # noqa: SLF001 - the SDK tells them nowhere else
        parent = self._opts.parent
        self._urns = all_aliases(own, self.name, self.type, parent)
        if self._urns:
            _claims().add(self, parent)

    def former_names(self) -> Iterator[tuple[str, str]]:
        """Return type and name of each of its own aliases; an Output's can't be known here."""
        for alias in self._opts.aliases or ():
            if isinstance(alias, str):
                yield alias.split("::")[-2].split("$")[-1], alias.rpartition("::")[2]
            elif isinstance(alias, pulumi.Alias):
                yield _given(alias.type_, self.type), _given(alias.name, self.name)

    async def _claimed_identity(self) -> Any:
        own = await pulumi.Output.from_input(self._own).future()
        if not isinstance(own, str):
            return self._own
        claimants = await _claims().of(self)
        return claimed_by(own, [f"{each.type}::{each.name}" for each in claimants])

    async def _former_identities(self) -> list[str] | None:
        """Return who it was, as its aliases say: its registration waits for the same."""
        known = [await _known(urn) for urn in self._urns]
        return sorted({identity_of_urn(urn) for urn in known if isinstance(urn, str)}) or None


class _Later:
    """An input whose value is asked for when its resource is registered."""

    def __init__(self, value: Callable[[], Awaitable[Any]]) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value().__await__()


class _Claims:
    """Who of one program says that it had which name."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        self._inherited: dict[tuple[str, str], list[tuple[Declaration, Any]]] = defaultdict(list)
        self._parents_names: dict[int, asyncio.Future[set[str]]] = {}

    def add(self, claimant: Declaration, parent: pulumi.Resource | None) -> None:
        """Add what a resource's own aliases say, and those of its parent."""
        for name in claimant.former_names():
            self._by_name[name].append(claimant)
        if parent is not None and parent._aliases:  # noqa: SLF001 - as above
            prefix = parent.pulumi_resource_name
            suffix = claimant.name.removeprefix(prefix)
            self._inherited[claimant.type, suffix].append((claimant, parent))

    async def of(self, declaration: Declaration) -> list[Declaration]:
        """Return the others that claim a resource's name; nothing is asked for what can't fit."""
        name = declaration.name
        found = list(self._by_name.get((declaration.type, name), ()))
        for (resource_type, suffix), claims in self._inherited.items():
            if resource_type == declaration.type and name.endswith(suffix):
                for claimant, parent in claims:
                    names = await self._former_names(parent)
                    if name in {f"{former}{suffix}" for former in names}:
                        found.append(claimant)
        return [each for each in found if each is not declaration]

    async def _former_names(self, parent: Any) -> set[str]:
        """Return the names of a parent's aliases, asked for once."""
        if id(parent) not in self._parents_names:
            self._parents_names[id(parent)] = asyncio.ensure_future(_names_of(parent))
        # Never cancelled: what it waits for is the SDK's own.
        done, _ = await asyncio.wait([self._parents_names[id(parent)]], timeout=_LONGEST_WAIT)
        return next(iter(done)).result() if done else set()


async def _names_of(parent: Any) -> set[str]:
    urns = [await _known(alias) for alias in parent._aliases]  # noqa: SLF001 - as above
    return {urn.rpartition("::")[2] for urn in urns if isinstance(urn, str)}


def _given(value: Any, default: str) -> str:
    return value if isinstance(value, str) else default


async def _known(alias: pulumi.Input[str]) -> Any:
    return await pulumi.Output.from_input(alias).future()


def _claims() -> _Claims:
    loop = asyncio.get_event_loop()  # a program's tests may have none that runs yet
    if loop not in _claims_of:
        _claims_of[loop] = _Claims()
    return _claims_of[loop]


_claims_of: WeakKeyDictionary[asyncio.AbstractEventLoop, _Claims] = WeakKeyDictionary()


def _hear_registrations() -> None:
    """Have the program's stub tell what the engine has registered; once for each run.

    The SDK tells a program nothing of a registration that is answered after another one failed;
    its stub's methods are attributes, made to be called, and are waited for at the program's end.
    """
    monitor: Any = get_monitor()
    register = vars(monitor).get("RegisterResource") if monitor is not None else None
    if pulumi.runtime.is_dry_run() or register is None or monitor in _heard:
        return
    _heard.add(monitor)
    monitor.RegisterResource = _Heard(register, stack_settings())


_heard: WeakSet[Any] = WeakSet()
"""The stubs that tell, one for each run of a program."""


class _Heard:
    """A stub's RegisterResource that marks what this run has created."""

    def __init__(self, register: Callable[..., Any], settings: Settings) -> None:
        self._register = register
        self._settings = settings
        self._began = time.time() * 1000
        self._marking = ThreadPoolExecutor(_AT_ONCE, "sjresource")
        self._told = threading.Event()

    def __call__(self, request: Any, *arguments: Any, **keywords: Any) -> Any:
        answer = self._register(request, *arguments, **keywords)
        if request.type.startswith(_OURS) and self._is_new(answer):
            mark = recorded_mark(deleted_with=bool(request.deletedWith))
            try:
                self._marking.submit(self._mark, answer.id, mark)
            except RuntimeError:  # the program has ended, and only waits for this answer
                self._mark(answer.id, mark)
        return answer

    def _is_new(self, answer: Any) -> bool:
        registered = answer.object.fields.get("registered_at")
        return registered is not None and registered.number_value >= self._began

    def _mark(self, arn: str, mark: dict[str, str]) -> None:
        """Set the mark; what AWS refuses counts as lost, which is said once."""
        place = parse_arn(arn)
        try:
            batch_client(self._settings, place.region if place else None).tag_resource(arn, mark)
        except SjresourceError as error:
            if not self._told.is_set():
                self._told.set()
                sys.stderr.write(f"warning: {plain(str(error))}; {_UNMARKED}\n")


_UNMARKED = "if its state is lost, or the stack renamed, it may be taken for a lost create"
