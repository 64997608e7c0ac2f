"""A resource's identity, and those that it had before, as the program declares them.

Aliases that a program adds before its first `await` are known before its first resource is
registered, in any order of declaration. A resource that takes a name which another one had is a new
resource: see `identity.with_claimants`. Aliases are the resource's own and those that it inherits
from its parent; those of a grandparent and of a transform are known to the engine alone. They are
compared by type and name instead of URN, since a parent's URN may be waited for by its own child.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.resource import all_aliases

from sjresource.process.garbage import spare_the_exit_of_a_program
from sjresource.stack.identity import in_short, with_claimants
from sjresource.stack.inputs.arguments import json_arguments
from sjresource.stack.inputs.secret_paths import PROPERTY as SECRET_PATHS
from sjresource.stack.inputs.secret_paths import secret_paths
from sjresource.stack.plugin_python import require_python_for_plugin
from sjresource.stack.registration import let_registrations_begin, tag_what_is_registered
from sjresource.vocabulary import NATIVE_PREFIX, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping

_LONGEST_WAIT = 2.0
"""Seconds for the alias of a parent whose own parent is not registered yet."""


def resource_identity(
    noun: str, name: str, opts: pulumi.ResourceOptions | None
) -> pulumi.Input[str]:
    """Return the identity of the resource that is about to be registered, in short.

    The URN holds the types of the parents, so the parent's URN is waited for; its dependencies are
    left out, or a child whose parent has outputs of it would wait for itself.

    Raises:
        pulumi.RunError: these are not resource options; or they import, for which the engine asks
            by the id alone, without the provider, which is one of a dynamic resource's inputs.
    """
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        raise pulumi.RunError(
            f"declaring {noun} ({name}): opts must be a pulumi.ResourceOptions, "
            f"got a {type(opts).__name__}"
        )
    if opts is not None and opts.import_ is not None:
        adopts = "; adopt_job_id takes a job over" if noun == "ServiceJob" else ""
        raise pulumi.RunError(
            f"declaring {noun} ({name}): the resource option import_ works for no dynamic "
            f"resource{adopts}; the plugin imports what exists"
        )
    resource_type = TYPE_PREFIX + noun
    parent = opts.parent if opts else None
    if parent is None:
        return _identity(resource_type, name)
    urn = pulumi.Output(set(), parent.urn.future(), parent.urn.is_known())
    return urn.apply(lambda parent_urn: _identity(_child_type(parent_urn, resource_type), name))


def with_native_alias(
    opts: pulumi.ResourceOptions | None, noun: str, name: str
) -> pulumi.ResourceOptions:
    """Return the options with the native provider's type as the last of the aliases.

    So a stack comes back from that one by the program alone. It is the same resource, with the same
    identity, and so none that it had before.
    """
    native = NATIVE_PREFIX + noun
    # Without a parent the URN is known, which spares each resource a chain of the SDK's tasks.
    has_parent = opts is not None and opts.parent is not None
    alias = pulumi.Alias(type_=native) if has_parent else _urn(native, name)
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[alias]))


class Declaration:
    """One declared resource; made before the resource, which it has to `follow` at once.

    Raises:
        pulumi.RunError: these are not resource options; or an inline program's engine has no Python
            for our plugin.
    """

    def __init__(self, noun: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        require_python_for_plugin()
        self._own = resource_identity(noun, name, opts)
        self._noun = noun
        self._opts = opts or pulumi.ResourceOptions()
        self._former_urns: list[pulumi.Input[str]] = []
        self.type = TYPE_PREFIX + noun
        self.name = name
        self.deleted_with = self._opts.deleted_with is not None
        tag_what_is_registered()
        let_registrations_begin()
        spare_the_exit_of_a_program()

    @property
    def identity(self) -> Any:
        """The input for the resource's identity; see `resource_identity` and `with_claimants`."""
        return _LazyInput(self._claimed_identity)

    @property
    def aliased_identities(self) -> Any:
        """The input for the identities that it had before; None without aliases."""
        return _LazyInput(self._former_identities)

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as the engine takes them, with the identity and the secrets' paths.

        Raises:
            pulumi.RunError: something in them is no JSON, and stands for nothing that is.
        """
        taken = json_arguments(self._noun, self.name, {"identity": self.identity, **given})
        taken[SECRET_PATHS] = secret_paths(taken)
        return taken

    def options(self, *, delete_before_replace: bool = False) -> pulumi.ResourceOptions:
        """Return the options to register the resource with.

        Args:
            delete_before_replace: whether the old resource is in the new one's way; what the user
                has set counts. A `DiffResult` can't ask for it: with `--replace` and
                `pulumi state taint` there is no diff.
        """
        opts = with_native_alias(self._opts, self._noun, self.name)
        if not delete_before_replace:
            return opts
        return pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions(delete_before_replace=True), opts
        )

    def follow(self, resource: pulumi.Resource) -> None:
        """Take over the resource's aliases, so that the rest of the program knows them."""
        # The last is the native one, of `options`.
        own = resource._aliases[:-1]  # noqa: SLF001 - the SDK has no public way to them
        parent = self._opts.parent
        self._former_urns = all_aliases(own, self.name, self.type, parent)
        if self._former_urns:
            _claims().add(self, parent)

    def former_names(self) -> Iterator[tuple[str, str]]:
        """Yield type and name of each of its own aliases; that of an Output can't be known here."""
        for alias in self._opts.aliases or ():
            if isinstance(alias, str):
                yield alias.split("::")[-2].split("$")[-1], alias.rpartition("::")[2]
            elif isinstance(alias, pulumi.Alias):
                yield _text_or(alias.type_, self.type), _text_or(alias.name, self.name)

    async def _claimed_identity(self) -> Any:
        own: Any = self._own
        if not isinstance(own, str):
            own = await pulumi.Output.from_input(own).future()
        if not isinstance(own, str):
            return self._own
        claimants = await _claims().of(self)
        return with_claimants(own, [f"{each.type}::{each.name}" for each in claimants])

    async def _former_identities(self) -> list[str] | None:
        """Return the identities that its aliases name; its registration waits for the same."""
        urns = [await _value(urn) for urn in self._former_urns]
        organization = pulumi.get_organization()
        found = {in_short(f"{organization}/{urn}") for urn in urns if isinstance(urn, str)}
        return sorted(found) or None


class _LazyInput:
    """An input whose value is computed when its resource is registered."""

    def __init__(self, value: Callable[[], Awaitable[Any]]) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value().__await__()


class _Claims:
    """The names that the resources of one program had before, by their aliases."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        self._inherited: dict[tuple[str, str], list[tuple[Declaration, Any]]] = defaultdict(list)
        self._parents_names: dict[int, asyncio.Future[set[str]]] = {}

    def add(self, claimant: Declaration, parent: pulumi.Resource | None) -> None:
        """Add a resource's own aliases, and those that it inherits from its parent."""
        for name in claimant.former_names():
            self._by_name[name].append(claimant)
        if parent is not None and parent._aliases:  # noqa: SLF001 - as above
            prefix = parent.pulumi_resource_name
            suffix = claimant.name.removeprefix(prefix)
            self._inherited[claimant.type, suffix].append((claimant, parent))

    async def of(self, declaration: Declaration) -> list[Declaration]:
        """Return the other resources that had a resource's name; waits only where one may have."""
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
        """Return the names in a parent's aliases, which are waited for once."""
        if id(parent) not in self._parents_names:
            self._parents_names[id(parent)] = asyncio.ensure_future(_names_of(parent))
        # Never cancelled: what it waits for is the SDK's own.
        done, _ = await asyncio.wait([self._parents_names[id(parent)]], timeout=_LONGEST_WAIT)
        return next(iter(done)).result() if done else set()


async def _names_of(parent: Any) -> set[str]:
    urns = [await _value(alias) for alias in parent._aliases]  # noqa: SLF001 - as above
    return {urn.rpartition("::")[2] for urn in urns if isinstance(urn, str)}


async def _value(alias: pulumi.Input[str]) -> Any:
    return await pulumi.Output.from_input(alias).future()


def _text_or(value: Any, default: str) -> str:
    return value if isinstance(value, str) else default


def _claims() -> _Claims:
    loop = asyncio.get_event_loop()  # a program's tests may have none that runs yet
    if loop not in _claims_of:
        _claims_of[loop] = _Claims()
    return _claims_of[loop]


_claims_of: WeakKeyDictionary[asyncio.AbstractEventLoop, _Claims] = WeakKeyDictionary()


def _identity(types: str, name: str) -> str:
    return in_short(f"{pulumi.get_organization()}/{_urn(types, name)}")


def _urn(types: str, name: str) -> str:
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{types}::{name}"


def _child_type(parent_urn: Any, resource_type: str) -> str:
    """Return a child's type as its URN has it, after its parents' types; the stack adds none."""
    types = str(parent_urn).split("::")[2]
    return resource_type if types == "pulumi:pulumi:Stack" else f"{types}${resource_type}"
