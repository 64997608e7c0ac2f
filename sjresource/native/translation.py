"""A resource's properties on their way between the engine and the core. Pure.

What the engine gives, as the schema spells it, becomes the core's, with what a program of the
dynamic resources adds by itself: the identity, and the paths of the secrets. What the core answers
becomes the state, secret where it is made of secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.checks.rules.instance_hours import PROPERTY as INSTANCE_HOURS
from sjresource.checks.rules.instance_hours import hours_follow_from
from sjresource.native.values import Properties
from sjresource.resources.job.job_outputs import masked_again
from sjresource.stack.spelling.resources import identity_of, is_typed, is_written_typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.native.kinds import NativeKind
    from sjresource.stack.spelling.names import Path

_INTERNAL = "__"
"""What the engine's and the SDK's own properties begin with: `__provider`, `__defaults`."""

_FLAGS = ("rerun_on_failure", "deleted_with")
"""Arguments of which False is the same as none."""

_NOT_IN_STATE = ("secret_paths", "conflicts", "managed_in_program")
_NOT_INPUTS = (*_NOT_IN_STATE, "identity", INSTANCE_HOURS)


@dataclass(frozen=True)
class CoreState:
    """A state as the core's properties, and whether the dynamic resource has written it."""

    properties: dict[str, Any]
    is_dynamic: bool


@dataclass(frozen=True)
class Translation:
    """The properties of one kind of resource, in a stack of one organization."""

    kind: NativeKind
    organization: str

    def core_inputs(self, urn: str, inputs: Properties) -> dict[str, Any]:
        """Return inputs as the core's, with what a program adds to them there."""
        core = {
            **self.kind.spelling.defaults,
            **self.kind.spelling.to_core(without_internal(inputs.values)),
        }
        for flag in _FLAGS:
            if core.get(flag) is False:
                del core[flag]
        paths = [list(self.kind.spelling.core_path(path)) for path in inputs.secrets]
        return {**core, "identity": self.identity(urn), "secret_paths": paths}

    def core_state(self, urn: str, state: Properties) -> dict[str, Any]:
        """Return a state as the core's; without an identity it has that of now."""
        core = self.core_inputs(urn, state)
        return {**core, "identity": state.values.get("identity") or core["identity"]}

    def core_state_of_either_front(
        self, urn: str, state: Properties, inputs: Properties
    ) -> CoreState:
        """Return a state as the core's, by whichever front it was written."""
        values = {**inputs.values, **state.values}
        if "__provider" in values:
            defaults = {**self.kind.spelling.defaults, "identity": self.identity(urn)}
            return CoreState({**defaults, **without_internal(values)}, is_dynamic=True)
        # What is a secret in the inputs alone is in the clear in the state.
        return CoreState(self.core_state(urn, Properties(values, state.secrets)), is_dynamic=False)

    def identity(self, urn: str) -> str:
        """Return the identity, which a resource has with either front."""
        return identity_of(urn, self.organization)

    def native_name(self, name: str, *, typed: bool) -> str:
        """Return the schema's name of one of the core's properties."""
        return str(self.kind.spelling.native_path((name,), typed=typed)[0])

    def native_inputs(self, core: Mapping[str, Any], *, typed: bool) -> dict[str, Any]:
        """Return checked inputs as the schema spells them, without what is only the core's."""
        inputs = {name: each for name, each in core.items() if name not in _NOT_INPUTS}
        return self.kind.spelling.to_native(inputs, typed=typed)

    def native_state(self, id_: str, outs: Mapping[str, Any], news: Properties) -> Properties:
        """Return the state: the inputs, what AWS tells, and what later operations need."""
        typed = is_written_typed(news.values)
        outputs = self.kind.spelling.to_native(_in_state(outs), typed=typed)
        values = {**outputs, **self.kind.of_id(id_)}
        return Properties(values, news.secrets | self.secret_outputs(news))

    def updated_state(
        self, id_: str, state: CoreState, core_news: Mapping[str, Any], news: Properties
    ) -> Properties:
        """Return the state as an update will leave it, for its preview.

        What AWS says of it stays known, so that nothing downstream is in doubt.
        """
        masked = masked_again(_in_state(state.properties), core_news)
        known = self.kind.spelling.to_native(masked, typed=is_typed(news.values))
        values = {**known, **news.values, **self.kind.of_id(id_)}
        return Properties(values, news.secrets | self.secret_outputs(news))

    def secret_outputs(self, news: Properties) -> frozenset[Path]:
        """Return the outputs that are made of secrets."""
        spelling = self.kind.spelling
        secrets = map(spelling.core_path, news.secrets)
        hides = hours_follow_from(secrets, spelling.to_core(news.values))
        return frozenset({("maxInstanceHours",)}) if hides else frozenset()


def without_internal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties without the engine's and the SDK's own."""
    return {name: each for name, each in values.items() if not name.startswith(_INTERNAL)}


def _in_state(core: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in core.items() if name not in _NOT_IN_STATE}
