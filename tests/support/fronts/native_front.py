"""The native provider's resources, driven alike with the dynamic ones; see `both_fronts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from both_fronts import COMPLETION, JOB, Front, Thing, facts_of, facts_of_completion
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from native_plugin import NativePlugin, PartialStateError, Resource
from pulumi.runtime import proto

from sjresource.native.values import read, write
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from both_fronts import Properties


class NativeFront(Front):
    """The native provider's resources; the payload is `trainingJob`."""

    label = "native"
    typed = True
    _plugin: NativePlugin | None = None

    def start(self, config: dict[str, Any]) -> None:
        """Start a plugin, in the emulator's time."""
        self._heard = 0
        self._plugin = NativePlugin(self.aws, config)
        # No tags in the middle of a step, however slow the machine: `record` sets them.
        vars(self._plugin.servicer.context.recorder)["_now"] = lambda: 0.0
        for answers in vars(self._plugin.servicer)["_answers"].values():
            if core := vars(answers).get("_core"):
                core.monotonic = self.aws.emulator.clock.now

    @property
    def plugin(self) -> NativePlugin:
        """The plugin that runs."""
        assert self._plugin is not None
        return self._plugin

    def stop(self) -> None:
        """End the plugin."""
        self.plugin.close()

    @property
    def asks_to_delete_first(self) -> bool:
        """A provider can't set an option."""
        return False

    def record(self) -> None:
        """Let the engine end the plugin."""
        self.plugin.servicer.close()

    def check(self, kind: str, name: str, inputs: Properties, old: Thing | None) -> tuple[Any, Any]:
        """Check."""
        spelled = SPELLINGS[NATIVE_PREFIX + kind].to_native(inputs, typed=self.typed)
        checked = self.plugin.check(kind, name, spelled, old=old.resource if old else None)
        return checked.inputs, [each.reason for each in checked.failures]

    def diff(self, old: Thing, inputs: Any) -> tuple[bool, list[str], bool]:
        """Compare."""
        own = old.resource
        request = proto.DiffRequest(
            id=own.id, urn=own.urn, olds=own.state, old_inputs=own.inputs, news=inputs
        )
        answer = self.plugin.stub.Diff(request)
        changes = answer.changes == proto.DiffResponse.DIFF_SOME
        return changes, list(answer.replaces), answer.deleteBeforeReplace

    def create(self, kind: str, name: str, inputs: Any, /) -> Thing:
        """Create; what is created in part is in the state, too."""
        urn = self.plugin.urn(kind, name)
        request = proto.CreateRequest(urn=urn, properties=inputs)
        try:
            made = self.plugin.raising(self.plugin.stub.Create, request)
        except PartialStateError as partly:
            resource = Resource(urn, partly.id, inputs, partly.message)
            self.state[name] = Thing(kind, partly.id, resource, is_partial=True)
            raise
        return Thing(kind, made.id, Resource(urn, made.id, inputs, made.properties))

    def update(self, old: Thing, inputs: Any) -> Thing:
        """Update."""
        own = old.resource
        request = proto.UpdateRequest(
            id=own.id, urn=own.urn, olds=own.state, old_inputs=own.inputs, news=inputs
        )
        try:
            made = self.plugin.raising(self.plugin.stub.Update, request)
        except PartialStateError as partly:
            resource = Resource(own.urn, own.id, inputs, partly.message)
            name = own.urn.rpartition("::")[2]
            self.state[name] = Thing(old.kind, old.id, resource, is_partial=True)
            raise
        return Thing(old.kind, old.id, Resource(own.urn, own.id, inputs, made.properties))

    def read(self, old: Thing) -> Thing | None:
        """Refresh."""
        found = self.plugin.refresh(old.resource)
        return Thing(old.kind, found.id, found) if found else None

    def delete(self, old: Thing) -> None:
        """Delete."""
        self.plugin.delete(old.resource)

    def rewrite(self, name: str, old: str, new: str) -> None:
        """Rewrite both messages."""
        thing = self.state[name]
        own = thing.resource
        inputs, state = (
            json_format.Parse(json_format.MessageToJson(each).replace(old, new), Struct())
            for each in (own.inputs, own.state)
        )
        id_ = own.id.replace(old, new)
        self.state[name] = Thing(thing.kind, id_, Resource(own.urn, id_, inputs, state))

    def warnings(self) -> list[str]:
        """Return the new ones."""
        lines = self.plugin.warnings()
        new, self._heard = lines[self._heard :], len(lines)
        return new

    def facts(self, name: str) -> dict[str, Any]:
        """Return the state."""
        thing = self.state[name]
        shown = facts_of_completion if thing.kind == COMPLETION else facts_of
        return shown(thing.resource.outputs)

    def _complete(
        self, name: str, given: Properties, meanwhile: Callable[[], None]
    ) -> tuple[str, list[str]]:
        """Wait; the engine has asked about the jobs before, as in each operation."""
        for job in self.jobs_in(given):
            self._up(JOB, job, self.given[job])
        told = dict(self.with_jobs(given, lambda job: self.state[job].id))
        if isinstance(told.get("jobs"), dict):
            told["named_jobs"] = told.pop("jobs")
        self.plugin.engine.on_progress = meanwhile
        return self._up(COMPLETION, name, told)

    def _ask(self, function: str, arguments: Properties) -> tuple[Any, list[str]]:
        """Invoke it."""
        given = {camel_case(name): each for name, each in arguments.items() if each is not None}
        request = proto.InvokeRequest(tok=NATIVE_PREFIX + camel_case(function), args=write(given))
        answer = self.plugin.stub.Invoke(request)
        told = read(getattr(answer, "return")).values
        refused = [each.reason for each in answer.failures]
        return None if refused else told.get("jobs", told), refused


class UntypedFront(NativeFront):
    """The same, with the payload as `serviceRequestPayload`."""

    label = "untyped"
    typed = False
