"""The life of one resource as the engine drives it, over the core classes that live it.

`translation` makes the core's properties of a request, and the schema's of what the core answers.
What a rule says and which calls are made is the core's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime import proto

from sjresource.checks.rules.instance_hours import PROPERTY as INSTANCE_HOURS
from sjresource.checks.rules.instance_hours import with_instance_hours
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.warnings.arguments import (
    warnings_of_job,
    warnings_of_other_runs,
    warnings_of_queue_side,
)
from sjresource.native.argument_names import problems_of_names, strangers
from sjresource.native.context import KnownJob
from sjresource.native.detailed_diff import changed_leaves
from sjresource.native.imports import arguments_of, foreign_import
from sjresource.native.responses import (
    MOVED,
    RENAMED,
    PartialState,
    check_response,
    diff_response,
    property_diff,
    renamed_job,
)
from sjresource.native.translation import Translation, without_internal
from sjresource.native.values import UNKNOWN, Properties, path_text, read, write
from sjresource.resources.drift import DRIFTING
from sjresource.sanitize import plain
from sjresource.stack.diff import Changes, find_changes
from sjresource.stack.identity import name_of, recorded_tag
from sjresource.stack.inputs.secret_paths import hides_more, texts_at
from sjresource.stack.spelling.resources import TYPED, is_typed, is_written_typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.aws.settings import Settings
    from sjresource.native.context import ProviderContext
    from sjresource.native.kinds import NativeKind
    from sjresource.native.translation import CoreState


class Life:
    """The life of all resources of one kind."""

    def __init__(self, kind: NativeKind, context: ProviderContext) -> None:
        self.kind = kind
        self._context = context
        self._core = kind.provider()
        self._core.settings = context.configuration.settings
        self._core.checking = context.configuration.checking
        self._core.pause = context.cancellation.sleep
        self._core.front = "plugin"
        self._settings: Settings = context.configuration.settings
        self._translation = Translation(kind, context.configuration.organization)
        self._foreign: dict[str, str] = {}
        """The warnings of what was read without inputs, by URN: it may be an import."""
        self._kept_names: dict[str, str] = {}
        """The names in Batch of jobs that have another one in the program, and give none."""

    def check(self, request: Any) -> Any:
        """Check the inputs, and return them with what the program left out."""
        self._warn_of_import(request.urn)
        given, olds = read(request.news), read(request.olds)
        news = self._with_default_tags(without_internal(given.values))
        typed = is_written_typed(news)
        problems, known = problems_of_names(self.kind.spelling, news)
        core_news = self._translation.core_inputs(request.urn, Properties(known, given.secrets))
        core_olds = self._translation.core_state(request.urn, olds) if olds.values else {}
        checked = self._core.check(core_olds, core_news)
        reasons = [f"{each.path} {each.reason}" for each in problems]
        reasons += [self.kind.failure_text(each, typed=typed) for each in checked.failures]
        if reasons:
            return check_response(request.news, reasons)
        self._warn_of_arguments(request.urn, checked.inputs, typed=typed)
        kept = checked.inputs.get("job_name")
        if self.kind.is_job and "jobName" not in news and kept != name_of(request.urn):
            self._kept_names[request.urn] = str(kept)
        inputs = self._translation.native_inputs(checked.inputs, typed=typed)
        return check_response(write(inputs, given.secrets), ())

    def diff(self, request: Any) -> Any:
        """Compare what the program wants with the state, to the leaf."""
        self._warn_of_import(request.urn)
        inputs = read(request.old_inputs)
        # Most resources are as they were, and reading is a fifth of a diff.
        news = inputs if request.news == request.old_inputs else read(request.news)
        state = self._old_state(request, inputs)
        core_news = self._translation.core_inputs(request.urn, news)
        self._see(request, request.id, core_news, state.properties)
        typed = is_typed(news.values)
        answered = self._core.diff(request.id, state.properties, core_news)
        olds: Mapping[str, Any] = state.properties
        changes = Changes([], [])
        if answered.changes:
            olds = self._core.as_asked(olds, core_news)
            changes = find_changes(self.kind.rules, olds, core_news)
        replaces = set(answered.replaces or ())
        detailed: dict[str, Any] = {}
        changed = [*changes.replaces, *(name for name in changes.in_place if name != "identity")]
        for leaf in changed_leaves(
            self.kind.spelling, olds, core_news, changed=changed, replaces=replaces, typed=typed
        ):
            detailed[path_text(leaf.path)] = property_diff(leaf.kind)
        for name in sorted(replaces - set(changes.replaces)):
            path = self._translation.native_name(name, typed=typed)
            detailed[path] = property_diff("UPDATE_REPLACE", in_inputs=False)
        why = MOVED if state.is_dynamic else RENAMED if changes else ""
        if why and not detailed:
            self._context.explain(request.urn, why)
        kept = self._kept_names.pop(request.urn, None)
        if kept and why == RENAMED and "identity" in changes.in_place and not replaces:
            self._context.warn(request.urn, renamed_job(kept))
        return diff_response(
            detailed,
            is_rewritten=state.is_dynamic or bool(answered.changes),
            hides_inputs=not state.is_dynamic and hides_more(state.properties, core_news),
            replaces=sorted(self._translation.native_name(name, typed=typed) for name in replaces),
            deleteBeforeReplace=not self.kind.replaced_first,
        )

    def create(self, request: Any) -> Any:
        """Create it, or take over what a lost create made."""
        news = read(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=write(*self._previewed(request, news)))
        if self.kind.is_job:
            self._context.cancellation.sleep(0)  # who has cancelled wants no more runs
        properties = self._translation.core_inputs(request.urn, news)
        limited = self._within(request, "create", properties)
        created = self._core.create(self._with_hours(limited))
        outs = created.outs or {}
        self._see(request, created.id, properties, outs)
        for text in warnings_of_other_runs(
            outs.get("orphans") or (), outs.get("recorded_runs") or ()
        ):
            self._context.warn(request.urn, self.kind.native_text(text))
        state = self._translation.native_state(created.id, _as_given(outs, properties), news)
        # Last: what fails before its answer is in no state.
        tags = recorded_tag(deleted_with=bool(properties.get("deleted_with")))
        self._context.recorder.add(self._settings, created.id, request.urn, tags)
        self._require_valid(created.id, state, news)
        return proto.CreateResponse(id=created.id, properties=write(*state))

    def read(self, request: Any) -> Any:
        """Read it; without inputs it is imported, or read by `get`, with a state that may be wrong.

        What `get` has read has no inputs in a refresh either.
        """
        state, inputs = read(request.properties), read(request.inputs)
        if not without_internal(inputs.values):
            return self._imported(request, is_known=bool(without_internal(state.values)))
        known = _together(inputs, state)
        core = self._translation.core_state(request.urn, known)
        found = self._core.read(request.id, core)
        if not found.id:
            return proto.ReadResponse(id="")
        outs = found.outs or {}
        self._see(request, found.id, core, outs)
        now = self._with_drift(inputs.values, core, outs, typed=is_written_typed(known.values))
        kept = {k: each for k, each in outs.items() if k != "identity" or k in known.values}
        news = Properties(now, known.secrets)
        state_now = self._translation.native_state(found.id, kept, news)
        return proto.ReadResponse(
            id=found.id, properties=write(*state_now), inputs=write(now, inputs.secrets)
        )

    def update(self, request: Any) -> Any:
        """Change what differs."""
        state, news = self._old_state(request, read(request.old_inputs)), read(request.news)
        properties = self._translation.core_inputs(request.urn, news)
        if request.preview:
            previewed = self._translation.updated_state(request.id, state, properties, news)
            return proto.UpdateResponse(properties=write(*previewed))
        limited = self._within(request, "update", properties)
        updated = self._core.update(request.id, state.properties, self._with_hours(limited))
        self._see(request, request.id, properties, state.properties)
        outs = _as_given(updated.outs or {}, properties)
        updated_state = self._translation.native_state(request.id, outs, news)
        self._require_valid(request.id, updated_state, news)
        return proto.UpdateResponse(properties=write(*updated_state))

    def delete(self, request: Any) -> None:
        """Delete it."""
        state, inputs = read(request.properties), read(request.old_inputs)
        core = self._translation.core_state(request.urn, _together(inputs, state))
        self._core.delete(request.id, self._within(request, "delete", core))

    def _with_drift(
        self,
        inputs: Mapping[str, Any],
        before: Mapping[str, Any],
        now: Mapping[str, Any],
        *,
        typed: bool,
    ) -> dict[str, Any]:
        """Return inputs with what somebody has changed since; `before` and `now` are the core's."""
        names = DRIFTING if self.kind.is_job else self.kind.rules
        drifted = {name: now.get(name) for name in names if now.get(name) != before.get(name)}
        gone = {
            self._translation.native_name(name, typed=typed)
            for name, each in drifted.items()
            if each is None
        }
        live = {**inputs, **self.kind.spelling.to_native(drifted, typed=typed)}
        return {name: each for name, each in live.items() if name not in gone}

    def _warn_of_import(self, urn: str) -> None:
        """Warn of what was read, once it is asked about further: `get` only reads."""
        if warning := self._foreign.pop(urn, None):
            self._context.warn(urn, warning)

    def _imported(self, request: Any, *, is_known: bool) -> Any:
        """Answer with a thing's arguments as AWS tells them, under the names of the schema.

        Where something `is_known` of it already nobody asks for its arguments.
        """
        found = arguments_of(self.kind, self._core, request.id)
        if found is None:
            return proto.ReadResponse(id="")
        arguments, secret_paths, tags = found
        identity = {"identity": self._translation.identity(request.urn)}
        described = self._core.read(request.id, {**arguments, **identity})
        if not described.id:
            return proto.ReadResponse(id="")
        inputs = self.kind.spelling.to_native(arguments, typed=True)
        if any(strangers(self.kind.spelling, inputs)):  # AWS has what botocore lacks
            inputs = self.kind.spelling.to_native(arguments, typed=False)
        secrets = frozenset(
            self.kind.spelling.native_path(path, typed=TYPED in inputs) for path in secret_paths
        )
        warning = foreign_import(self.kind, described.id, tags, identity["identity"])
        if warning and not is_known:
            self._foreign[request.urn] = warning
        outs = {name: each for name, each in (described.outs or {}).items() if name != "identity"}
        state = self._translation.native_state(described.id, outs, Properties(inputs, secrets))
        told = {} if is_known else inputs
        return proto.ReadResponse(
            id=described.id, properties=write(*state), inputs=write(told, secrets)
        )

    def _warn_of_arguments(self, urn: str, core: Mapping[str, Any], *, typed: bool) -> None:
        lenient = self._core.checking.lenient
        if self.kind.is_job:
            region = self._settings.in_region(core.get("region")).region
            texts = warnings_of_job(core, region, lenient=lenient)
        else:
            texts = warnings_of_queue_side(self.kind.operation, core, lenient=lenient)
        for text in texts:
            self._context.warn(urn, self.kind.native_text(plain(text), typed=typed))

    def _with_default_tags(self, news: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs with the provider's default tags below their own."""
        defaults, tags = dict(self._settings.default_tags), news.get("tags")
        if not defaults or not (tags is None or isinstance(tags, dict)):
            return news
        return {**news, "tags": {**defaults, **(tags or {})}}

    def _old_state(self, request: Any, inputs: Properties) -> CoreState:
        """Return the state that a diff or an update starts from; `inputs` are its old ones."""
        return self._translation.core_state_of_either_front(request.urn, read(request.olds), inputs)

    def _within(self, request: Any, operation: str, core: dict[str, Any]) -> dict[str, Any]:
        """Return properties that wait as `customTimeouts` say, unless `timeouts` do."""
        if not request.timeout or self.kind.is_job:
            return core
        timeouts = {operation: request.timeout, **(core.get("timeouts") or {})}
        return {**core, "timeouts": timeouts}

    def _with_hours(self, core: dict[str, Any]) -> dict[str, Any]:
        if not self.kind.is_job:
            return core
        return with_instance_hours(JobArguments.parse(core, self._settings.region))

    def _previewed(self, request: Any, news: Properties) -> Properties:
        """Return what a preview knows of a new resource."""
        unknown = dict.fromkeys(
            (self._translation.native_name(name, typed=True) for name in self.kind.outputs), UNKNOWN
        )
        named = {name: UNKNOWN for name, what in self.kind.derived.items() if what == "arn"}
        core = self._translation.core_inputs(request.urn, news)
        if self.kind.is_job and not core.get("adopt_job_id"):
            self._context.plan(request.urn, core)
        hours = {INSTANCE_HOURS: self._with_hours(core).get(INSTANCE_HOURS)}
        shown = self.kind.spelling.to_native(hours, typed=True)
        values = {**unknown, **named, **shown, **news.values}
        if self.kind.is_job:
            values["jobId"] = UNKNOWN
        return Properties(values, news.secrets | self._translation.secret_outputs(news))

    def _require_valid(self, id_: str, state: Properties, inputs: Properties) -> None:
        """Make sure that a queue or the like can be used by now.

        Raises:
            PartialState: it exists, and is not VALID yet.
        """
        if "status" not in self.kind.outputs or self.kind.is_job:
            return
        status = state.values.get("status")
        if status == "VALID":
            return
        why = f": {reason}" if (reason := state.values.get("statusReason")) else ""
        seen = f"it is {status} after its timeout{why}" if status else "its status is not known yet"
        if status == "INVALID":
            seen = f"it is INVALID{why}"
        raise PartialState(
            id_,
            state,
            inputs,
            f"waiting for {self.kind.noun} ({id_}): {seen}; the next `pulumi up` goes on",
        )

    def _see(
        self, request: Any, id_: str, core: Mapping[str, Any], outs: Mapping[str, Any]
    ) -> None:
        """Remember a job's row and secrets, for whoever waits for it."""
        if not self.kind.is_job:
            return
        queue = core.get("job_queue")
        self._context.jobs[id_] = KnownJob(
            request.urn,
            name_of(request.urn),
            queue if isinstance(queue, str) else None,
            texts_at(core) or frozenset(),
            core.get("job_name"),
            outs.get("created_at"),
            reruns=core.get("rerun_on_failure") is True,
        )


def _together(inputs: Properties, state: Properties) -> Properties:
    """Return all that is known of a resource; where both have it, the state's counts."""
    return Properties({**inputs.values, **state.values}, inputs.secrets | state.secrets)


def _as_given(outs: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs with the timeouts that the program gives; the engine's are an option."""
    return {**outs, "timeouts": properties.get("timeouts")}
