"""The life of one resource as the engine drives it, over the core classes that live it.

A request becomes the core's properties, with the identity and the paths of the secrets; what the
core answers becomes the schema's. What a rule says and which calls are made is the core's alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi.runtime import proto

from sjresource.aws.payload import is_unknown
from sjresource.checks.failures import ProblemFailure
from sjresource.checks.rules.instance_hours import PROPERTY as INSTANCE_HOURS
from sjresource.checks.rules.instance_hours import (
    arguments_of_hours,
    hours_follow_from,
    with_instance_hours,
)
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.warnings.arguments import (
    warnings_of_job,
    warnings_of_other_runs,
    warnings_of_queue_side,
)
from sjresource.errors import RequestFailed
from sjresource.native.argument_names import strangers, without
from sjresource.native.context import KnownJob
from sjresource.native.detailed_diff import changed_leaves
from sjresource.native.imports import arguments_of
from sjresource.native.kinds import JOB, NativeKind
from sjresource.native.responses import (
    MOVED,
    RENAMED,
    PartialState,
    check_response,
    diff_response,
    property_diff,
)
from sjresource.native.values import UNKNOWN, Properties, path_text, read, write
from sjresource.problem import Problem
from sjresource.resources.job_outputs import masked_again
from sjresource.resources.service_job import DRIFTING
from sjresource.sanitize import plain
from sjresource.spending.limit import ADVICE
from sjresource.spending.plan import excess_of, planned_run
from sjresource.stack.diff import find_changes
from sjresource.stack.identity import name_of, recorded_tag
from sjresource.stack.inputs.secret_paths import hides_more, texts_at
from sjresource.stack.spelling import (
    PAYLOAD,
    TYPED,
    UNTYPED,
    identity_of,
    is_typed,
    is_written_typed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi.dynamic import CheckFailure

    from sjresource.native.argument_names import Stranger
    from sjresource.native.context import ProviderContext
    from sjresource.spending.plan import PlannedRun
    from sjresource.stack.spelling import Path

_INTERNAL = "__"
"""What the engine's and the SDK's own properties begin with: `__provider`, `__defaults`."""

_FLAGS = ("rerun_on_failure", "deleted_with")
"""Arguments of which False is the same as none."""

_NOT_IN_STATE = ("secret_paths", "conflicts", "managed_in_program")
_NOT_INPUTS = (*_NOT_IN_STATE, "identity", INSTANCE_HOURS)


class Life:
    """The life of all resources of one kind."""

    def __init__(self, kind: NativeKind, context: ProviderContext) -> None:
        self.kind = kind
        self._context = context
        self._core: Any = kind.provider()
        self._core.settings = context.configuration.settings
        self._core.checking = context.configuration.checking
        self._core.pause = context.cancellation.sleep

    @property
    def _settings(self) -> Any:
        return self._core.settings

    def check(self, request: Any) -> Any:
        """Check the inputs, and return them with what the program left out."""
        given, olds = read(request.news), read(request.olds)
        news, secrets = self._with_default_tags(_without_internal(given.values)), given.secrets
        typed = is_written_typed(news)
        unknown_names = list(strangers(self.kind.spelling, news))
        problems = self._form_problems(news, unknown_names)
        known = without(news, [each.path for each in unknown_names])
        if _is_text(news.get(TYPED)):
            known[TYPED] = UNKNOWN  # what the core would say of it is AWS's spelling
        core_news = self._core_properties(request.urn, known, secrets)
        core_olds = self._core_state(request.urn, _without_internal(olds.values), olds.secrets)
        checked = self._core.check(core_olds if olds.values else {}, core_news)
        reasons = [f"{each.path} {each.reason}" for each in problems]
        reasons += [self._reason(each, typed=typed) for each in checked.failures]
        if not reasons:
            self._warn_of_arguments(request.urn, checked.inputs, typed=typed)
        inputs = self.kind.spelling.to_native(_only(checked.inputs), typed=typed)
        return check_response(request.news if reasons else write(inputs, secrets), reasons)

    def diff(self, request: Any) -> Any:
        """Compare what the program wants with the state, to the leaf."""
        state, news = self._olds(request), read(request.news)
        core_news = self._core_properties(request.urn, news.values, news.secrets)
        self._see(request, request.id, core_news, state.core)
        typed = is_typed(news.values)
        answered = self._core.diff(request.id, state.core, core_news)
        olds = self._core.as_asked(state.core, core_news)
        changes = find_changes(self.kind.rules, olds, core_news)
        replaces = set(answered.replaces or ())
        detailed: dict[str, Any] = {}
        changed = [*changes.replaces, *(name for name in changes.in_place if name != "identity")]
        for leaf in changed_leaves(
            self.kind.spelling,
            olds,
            core_news,
            changed=changed,
            replaces=replaces,
            typed=typed,
        ):
            detailed[path_text(leaf.path)] = property_diff(leaf.kind)
        for name in sorted(replaces - set(changes.replaces)):
            path = self._native_name(name, typed=typed)
            detailed[path] = property_diff("UPDATE_REPLACE", in_inputs=False)
        why = MOVED if state.is_dynamic else RENAMED if changes else ""
        if why and not detailed:
            self._context.explain(request.urn, why)
        return diff_response(
            detailed,
            is_rewritten=state.is_dynamic or answered.changes,
            hides_inputs=not state.is_dynamic and hides_more(state.core, core_news),
            replaces=sorted(self._native_name(name, typed=typed) for name in replaces),
            deleteBeforeReplace=not self.kind.replaced_first,
        )

    def create(self, request: Any) -> Any:
        """Create it, or take over what a lost create made."""
        news = read(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=write(*self._previewed(request, news)))
        if self.kind.token == JOB:
            self._context.cancellation.sleep(0)  # who has cancelled wants no more runs
        properties = self._core_properties(request.urn, news.values, news.secrets)
        limited = self._within(request, "create", properties)
        created = self._core.create(self._with_hours(limited))
        self._see(request, created.id, properties, created.outs)
        for text in warnings_of_other_runs(
            created.outs.get("orphans") or (), created.outs.get("recorded_runs") or ()
        ):
            self._context.warn(request.urn, self.kind.native_text(text))
        state = self._state(created.id, _as_given(created.outs, properties), news)
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
        values = {**inputs.values, **state.values}
        if not _without_internal(inputs.values):
            return self._imported(request, is_known=bool(_without_internal(state.values)))
        core = self._core_state(request.urn, values, state.secrets | inputs.secrets)
        found = self._core.read(request.id, core)
        if not found.id:
            return proto.ReadResponse(id="")
        self._see(request, found.id, core, found.outs)
        typed = is_written_typed(values)
        drifted = {
            name: found.outs.get(name)
            for name in (DRIFTING if self.kind.token == JOB else self.kind.rules)
            if found.outs.get(name) != core.get(name)
        }
        live = self.kind.spelling.to_native(drifted, typed=typed)
        gone = {
            self._native_name(name, typed=typed) for name, each in drifted.items() if each is None
        }
        both = {**inputs.values, **live}
        now = {name: each for name, each in both.items() if name not in gone}
        secrets = state.secrets | inputs.secrets
        outs = {k: each for k, each in found.outs.items() if k != "identity" or k in values}
        state_now = self._state(found.id, outs, Properties(now, secrets))
        return proto.ReadResponse(
            id=found.id, properties=write(*state_now), inputs=write(now, inputs.secrets)
        )

    def update(self, request: Any) -> Any:
        """Change what differs."""
        state, news = self._olds(request), read(request.news)
        if request.preview:  # what AWS says of it stays known: nothing downstream is in doubt
            typed = is_typed(news.values)
            core_news = self._core_properties(request.urn, news.values, news.secrets)
            masked = masked_again(_in_state(state.core), core_news)
            known = self.kind.spelling.to_native(masked, typed=typed)
            values = {**known, **news.values, **self.kind.of_id(request.id)}
            secrets = news.secrets | self._secret_outputs(news)
            return proto.UpdateResponse(properties=write(values, secrets))
        properties = self._core_properties(request.urn, news.values, news.secrets)
        limited = self._within(request, "update", properties)
        updated = self._core.update(request.id, state.core, self._with_hours(limited))
        self._see(request, request.id, properties, state.core)
        updated_state = self._state(request.id, _as_given(updated.outs, properties), news)
        self._require_valid(request.id, updated_state, news)
        return proto.UpdateResponse(properties=write(*updated_state))

    def delete(self, request: Any) -> None:
        """Delete it."""
        state, inputs = read(request.properties), read(request.old_inputs)
        values = {**inputs.values, **state.values}
        core = self._core_state(request.urn, values, state.secrets | inputs.secrets)
        self._core.delete(request.id, self._within(request, "delete", core))

    def _imported(self, request: Any, *, is_known: bool) -> Any:
        """Answer with a thing's arguments as AWS tells them, under the names of the schema.

        Where something `is_known` of it already nobody asks for its arguments.
        """
        found = arguments_of(self.kind, self._core, request.id)
        if found is None:
            return proto.ReadResponse(id="")
        arguments, secret_paths = found
        identity = {"identity": self._identity(request.urn)}
        described = self._core.read(request.id, {**arguments, **identity})
        if not described.id:
            return proto.ReadResponse(id="")
        inputs = self.kind.spelling.to_native(arguments, typed=True)
        if any(strangers(self.kind.spelling, inputs)):  # AWS has what botocore lacks
            inputs = self.kind.spelling.to_native(arguments, typed=False)
        secrets = frozenset(
            self.kind.spelling.native_path(path, typed=TYPED in inputs) for path in secret_paths
        )
        outs = {name: each for name, each in described.outs.items() if name != "identity"}
        state = self._state(described.id, outs, Properties(inputs, secrets))
        told = {} if is_known else inputs
        return proto.ReadResponse(
            id=described.id, properties=write(*state), inputs=write(told, secrets)
        )

    def _form_problems(
        self, news: Mapping[str, Any], unknown_names: Iterable[Stranger]
    ) -> list[Problem]:
        """Return what the core can't see: names that there are not, and two forms of a payload."""
        problems = [Problem(path_text(each.path), each.reason) for each in unknown_names]
        if self.kind.token == JOB and is_typed(news) and news.get(UNTYPED) is not None:
            both = f"can't be given with {UNTYPED}: they are two forms of one"
            problems.append(Problem(TYPED, both))
        if self.kind.token == JOB and _is_text(news.get(TYPED)):
            other = f"JSON text can be given in {UNTYPED}, in AWS's own names"
            problems.append(Problem(TYPED, f"must be an object, got a string; {other}"))
        return problems

    def _reason(self, failure: CheckFailure, *, typed: bool) -> str:
        if not isinstance(failure, ProblemFailure):
            return self.kind.native_text(failure.reason, typed=typed)
        problem = self.kind.native_problem(failure.problem, typed=typed)
        if failure.problem == Problem(PAYLOAD, "is required", unsendable=True):
            return f"{TYPED} is required; or give {UNTYPED}, in AWS's own names"
        return f"{problem.path} {problem.reason}"

    def _warn_of_arguments(self, urn: str, core: Mapping[str, Any], *, typed: bool) -> None:
        lenient = self._core.checking.lenient
        if self.kind.token == JOB:
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

    def _core_properties(
        self, urn: str, values: Mapping[str, Any], secrets: Iterable[Path]
    ) -> dict[str, Any]:
        """Return inputs as the core's, with what a program adds to them there."""
        core = {
            **self.kind.spelling.defaults,
            **self.kind.spelling.to_core(_without_internal(values)),
        }
        for flag in _FLAGS:
            if core.get(flag) is False:
                del core[flag]
        paths = [list(self.kind.spelling.core_path(path)) for path in secrets]
        return {**core, "identity": self._identity(urn), "secret_paths": paths}

    def _core_state(
        self, urn: str, values: Mapping[str, Any], secrets: Iterable[Path]
    ) -> dict[str, Any]:
        """Return a state as the core's; without an identity it has that of now."""
        core = self._core_properties(urn, values, secrets)
        return {**core, "identity": values.get("identity") or core["identity"]}

    def _olds(self, request: Any) -> _OldState:
        """Return the state, by whichever front it was written."""
        state, inputs = read(request.olds), read(request.old_inputs)
        values = {**inputs.values, **state.values}
        if "__provider" in values:
            defaults = {**self.kind.spelling.defaults, "identity": self._identity(request.urn)}
            return _OldState({**defaults, **_without_internal(values)}, is_dynamic=True)
        # What is a secret in the inputs alone is in the clear in the state.
        return _OldState(self._core_state(request.urn, values, state.secrets), is_dynamic=False)

    def _identity(self, urn: str) -> str:
        return identity_of(urn, self._context.configuration.organization)

    def _native_name(self, name: str, *, typed: bool) -> str:
        return str(self.kind.spelling.native_path((name,), typed=typed)[0])

    def _within(self, request: Any, operation: str, core: dict[str, Any]) -> dict[str, Any]:
        """Return properties that wait as `customTimeouts` say, unless `timeouts` do."""
        if not request.timeout or self.kind.token == JOB:
            return core
        timeouts = {operation: request.timeout, **(core.get("timeouts") or {})}
        return {**core, "timeouts": timeouts}

    def _with_hours(self, core: dict[str, Any]) -> dict[str, Any]:
        if self.kind.token != JOB:
            return core
        return with_instance_hours(JobArguments.parse(core, self._settings.region))

    def _previewed(self, request: Any, news: Properties) -> Properties:
        """Return what a preview knows of a new resource."""
        unknown = dict.fromkeys(
            (self._native_name(name, typed=True) for name in self.kind.outputs), UNKNOWN
        )
        named = {name: UNKNOWN for name, what in self.kind.derived.items() if what == "arn"}
        core = self._core_properties(request.urn, news.values, news.secrets)
        if self.kind.token == JOB and not core.get("adopt_job_id"):
            self._context.planned[request.urn] = _planned_run(request.urn, core)
            self._require_within_limit(request.urn)
        hours = {INSTANCE_HOURS: self._with_hours(core).get(INSTANCE_HOURS)}
        shown = self.kind.spelling.to_native(hours, typed=True)
        values = {**unknown, **named, **shown, **news.values}
        if self.kind.token == JOB:
            values["jobId"] = UNKNOWN
        return Properties(values, news.secrets | self._secret_outputs(news))

    def _require_within_limit(self, urn: str) -> None:
        """Make sure that the jobs that were previewed so far may all run.

        Raises:
            RequestFailed: the `up` would refuse one of them.
        """
        runs = list(self._context.planned.values())
        if excess := excess_of(runs, self._core.checking.max_instance_hours):
            raise RequestFailed("checking", self.kind.noun, name_of(urn), excess, ADVICE)

    def _secret_outputs(self, news: Properties) -> frozenset[Path]:
        """Return the outputs that are made of secrets."""
        spelling = self.kind.spelling
        secrets = map(spelling.core_path, news.secrets)
        hides = hours_follow_from(secrets, spelling.to_core(news.values))
        return frozenset({("maxInstanceHours",)}) if hides else frozenset()

    def _state(self, id_: str, outs: Mapping[str, Any], news: Properties) -> Properties:
        """Return the state: the inputs, what AWS tells, and what later operations need."""
        typed = is_written_typed(news.values)
        outputs = self.kind.spelling.to_native(_in_state(outs), typed=typed)
        values = {**outputs, **self.kind.of_id(id_)}
        return Properties(values, news.secrets | self._secret_outputs(news))

    def _require_valid(self, id_: str, state: Properties, inputs: Properties) -> None:
        """Make sure that a queue or the like can be used by now.

        Raises:
            PartialState: it exists, and is not VALID yet.
        """
        if "status" not in self.kind.outputs or self.kind.token == JOB:
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
        if self.kind.token != JOB:
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


@dataclass(frozen=True)
class _OldState:
    """A state as the core's properties, and whether the dynamic resource has written it."""

    core: dict[str, Any]
    is_dynamic: bool


def _planned_run(urn: str, core: Mapping[str, Any]) -> PlannedRun:
    """Return what a new job may use, as the preview knows it."""
    is_secret = hours_follow_from(core["secret_paths"], core)
    return planned_run(name_of(urn), arguments_of_hours(core), is_secret=is_secret)


def _as_given(outs: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs with the timeouts that the program gives; the engine's are an option."""
    return {**outs, "timeouts": properties.get("timeouts")}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not is_unknown(value)


def _without_internal(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in values.items() if not name.startswith(_INTERNAL)}


def _only(core: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in core.items() if name not in _NOT_INPUTS}


def _in_state(core: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in core.items() if name not in _NOT_IN_STATE}
