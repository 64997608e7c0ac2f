"""A stack of either front, driven as the engine, and the program, lead a resource's whole life.

Arguments are the core's; the native front is given them as its schema spells them. What is kept of
each step is what a user sees and pays for: the kind of the step, what is said, the calls of AWS.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import grpc
from native_plugin import PartialStateError

from sjresource.checks.preview import PREVIEW, PreviewCache
from sjresource.errors import SjresourceError
from sjresource.spending.limit import SUBMITTED, SubmittedHours
from sjresource.stack.spelling.resources import JOB_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulated import EmulatedBatch

    Properties = Mapping[str, Any]

JOB = "ServiceJob"
COMPLETION = "ServiceJobCompletion"
REPLACED_FIRST = ("ServiceEnvironment", "SchedulingPolicy")
"""The kinds whose replacement is made before the old one is deleted."""


@dataclass
class Step:
    """What the engine did for one resource, what was said then, and which calls were made."""

    name: str
    done: str
    said: list[str]
    calls: list[str]
    told: Any = None
    """What a function has answered."""


@dataclass
class Thing:
    """A resource in a state: `resource` is the front's own."""

    kind: str
    id: str
    resource: Any
    is_partial: bool = False
    """Whether it is not as it should be: the engine updates it, whatever a diff says."""


class Front:
    """A stack of one front, over an AWS of its own.

    Attributes:
        config: the provider's settings, by pulumi-aws's names and ours.
        state: what the stack has, by name.
        given: the arguments of each in the program.
    """

    label: ClassVar[str]
    deletes_first = False
    """Whether the program sets the option to delete before it replaces."""

    def __init__(self, aws: EmulatedBatch, **config: Any) -> None:
        self.aws = aws
        self.config = config
        self.state: dict[str, Thing] = {}
        self.given: dict[str, Properties] = {}
        self.steps: list[Step] = []
        self.begin()

    def begin(self, **config: Any) -> None:
        """Begin an operation: the plugin's process is new, and its memory empty."""
        self.config = {**self.config, **config}
        vars(PREVIEW).update(vars(PreviewCache()))
        vars(SUBMITTED).update(vars(SubmittedHours()))
        self.start({"preflight": "false", **self.config})

    def up(self, kind: str, name: str, /, **inputs: Any) -> None:
        """Bring one resource to what the program says."""
        given = {each: value for each, value in inputs.items() if value is not None}
        self.given[name] = given
        self._step(name, partial(self._up, kind, name, given))

    def refresh(self, name: str) -> None:
        """Read one resource."""
        self._step(name, partial(self._refresh, name))

    def destroy(self, name: str) -> None:
        """Delete one resource."""
        self._step(name, partial(self._destroy, name))

    def replace(self, name: str, /, **inputs: Any) -> None:
        """Replace one that need not be: `pulumi up --replace`, for which no diff is asked."""
        self._step(name, partial(self._replace, name, inputs))

    def complete(
        self, name: str, /, *, meanwhile: Callable[[], None] = lambda: None, **inputs: Any
    ) -> None:
        """Wait for a job, or for jobs, which are named as in the state; another text is an ARN.

        Args:
            name: of the completion.
            meanwhile: happens as soon as the wait shows progress.
            inputs: the arguments of the class.
        """
        given = {each: value for each, value in inputs.items() if value is not None}
        self._step(name, partial(self._complete, name, given, _once(meanwhile)), is_wait=True)

    def ask(self, function: str, /, **arguments: Any) -> None:
        """Call a function of the package, by its name there."""
        told: list[Any] = []

        def act() -> tuple[str, list[str]]:
            answer, refused = self._ask(function, arguments)
            told.append(without_moments(_plain(answer)))
            return ("refused", refused) if refused else ("answered", [])

        self._step(function, act)
        self.steps[-1].told = told

    def end(self) -> None:
        """End an operation in order: the state is written, and what is in it is recorded."""
        self.record()
        self.stop()

    def crash(self, *lost: str) -> None:
        """End an operation as a power cut does: these are not in the state, nothing is recorded."""
        for name in lost:
            del self.state[name]
        self.stop()

    def rewrite(self, name: str, old: str, new: str) -> None:
        """Replace a text in all that the state has of a resource, its id included."""
        raise NotImplementedError

    def facts(self, name: str) -> dict[str, Any]:
        """Return what the state has of a resource, by names without case and underscores."""
        raise NotImplementedError

    def start(self, config: dict[str, Any]) -> None:
        """Start the plugin."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it."""

    def record(self) -> None:
        """Tag what is new in the state as recorded."""
        raise NotImplementedError

    def check(self, kind: str, name: str, inputs: Properties, old: Thing | None) -> tuple[Any, Any]:
        """Return the checked inputs, and what is wrong with them."""
        raise NotImplementedError

    def diff(self, old: Thing, inputs: Any) -> tuple[bool, list[str], bool]:
        """Return whether something changes, what replaces it, and whether it is deleted first."""
        raise NotImplementedError

    def create(self, kind: str, name: str, inputs: Any, /) -> Thing:
        """Create one."""
        raise NotImplementedError

    def update(self, old: Thing, inputs: Any) -> Thing:
        """Change one in place."""
        raise NotImplementedError

    def read(self, old: Thing) -> Thing | None:
        """Read one; None if it is gone."""
        raise NotImplementedError

    def delete(self, old: Thing) -> None:
        """Delete one."""
        raise NotImplementedError

    def warnings(self) -> list[str]:
        """Return what was warned of since this was asked last."""
        raise NotImplementedError

    @property
    def asks_to_delete_first(self) -> bool:
        """Whether an unasked replacement deletes first, by an option that the front sets."""
        raise NotImplementedError

    def jobs_in(self, given: Properties) -> list[str]:
        """Return the jobs of a completion's arguments that the state has, by name."""
        seen: list[str] = []
        self.with_jobs(given, seen.append)
        return seen

    def with_jobs(self, given: Properties, of: Callable[[str], Any]) -> Properties:
        """Return a completion's arguments with something in the place of each job's name."""

        def put(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: put(each) for name, each in value.items()}
            if isinstance(value, list):
                return [put(each) for each in value]
            return of(value) if isinstance(value, str) and value in self.state else value

        return {
            name: put(each) if name in ("job", "jobs") else each for name, each in given.items()
        }

    def _complete(
        self, name: str, given: Properties, meanwhile: Callable[[], None]
    ) -> tuple[str, list[str]]:
        """Wait; `meanwhile` is called for each line of progress."""
        raise NotImplementedError

    def _ask(self, function: str, arguments: Properties) -> tuple[Any, list[str]]:
        """Call a function; return its answer, and what is wrong with its arguments."""
        raise NotImplementedError

    def _step(
        self, name: str, act: Callable[[], tuple[str, list[str]]], *, is_wait: bool = False
    ) -> None:
        self.aws.emulator.calls.clear()
        self.warnings()
        try:
            done, said = act()
        except (SjresourceError, grpc.RpcError, PartialStateError) as error:
            done, said = "failed", [_sentence(error)]
        calls = sorted(
            squashed(f"{each.operation} {each.region} {json.dumps(each.names)} {each.status}")
            for each in self.aws.emulator.calls.latest()
        )
        warnings = sorted(self.warnings())
        if is_wait:
            said, calls = _of_wait([*said, *warnings]), sorted(set(calls))
        else:
            said = [f"error: {each}" for each in said] + [f"warning: {each}" for each in warnings]
        self.steps.append(Step(name, done, said, calls))

    def _up(self, kind: str, name: str, given: Properties) -> tuple[str, list[str]]:
        old = self.state.get(name)
        inputs, failures = self.check(kind, name, given, old)
        if failures:
            return "refused", failures
        if old is None:
            self.state[name] = self.create(kind, name, inputs)
            return "created", []
        changes, replaces, first = self.diff(old, inputs)
        first = first or self.deletes_first
        if not changes and not old.is_partial:
            return "same", []
        if not replaces:
            self.state[name] = self.update(old, inputs)
            return "updated", []
        inputs, failures = self.check(kind, name, given, None)
        if failures:
            return "refused", failures
        self._exchange(kind, name, inputs, delete_first=first)
        return f"replaced for {', '.join(map(squashed, sorted(replaces)))}", []

    def _exchange(self, kind: str, name: str, inputs: Any, *, delete_first: bool) -> None:
        old = self.state[name]
        if delete_first:
            self.delete(old)
            del self.state[name]
        self.state[name] = self.create(kind, name, inputs)
        if not delete_first:
            self.delete(old)

    def _replace(self, name: str, given: Properties) -> tuple[str, list[str]]:
        kind = self.state[name].kind
        inputs, failures = self.check(kind, name, given, self.state[name])
        if failures:
            return "refused", failures
        first = self.asks_to_delete_first and kind not in REPLACED_FIRST
        self._exchange(kind, name, inputs, delete_first=first)
        return "replaced", []

    def _refresh(self, name: str) -> tuple[str, list[str]]:
        found = self.read(self.state[name])
        if found is None:
            del self.state[name]
            return "gone", []
        self.state[name] = found
        return "read", []

    def _destroy(self, name: str) -> tuple[str, list[str]]:
        self.delete(self.state[name])
        del self.state[name]
        return "deleted", []


_OWN = ("identity", "secretpaths", "registeredat", "createtoken", "aliasedidentities")
"""What a state remembers for its front, or at random."""
_IN_ID = ("jobarn", "jobid", "jobqueuearn", "serviceenvironmentarn", "arn", "quotasharearn")
"""What the id tells: the dynamic class has it as properties, the native state as outputs."""
_ALWAYS_THE_SAME = ("servicejobtype", "managedinprogram", "conflicts", "orphans")
_MOMENTS = ("createdat", "scheduledat", "startedat", "stoppedat", "lastupdatedat")


_OF_COMPLETION = frozenset(
    name.replace("_", "") for name in ("status", "summary", "results", *JOB_RECORD)
) - {"job", "jobname"}
"""What a program reads of a completion."""


def facts_of_completion(outputs: Properties) -> dict[str, Any]:
    """Return what a program reads of a completion, alike for both fronts.

    Only the class leaves out of which job the outputs of one are: its program knows.
    """
    told = without_moments(_plain(outputs))
    told["results"] = told.get("namedresults") or told.get("results")
    if isinstance(told["results"], dict):
        for each in told["results"].values():
            each.pop("name", None)  # which the class repeats
    return {name: each for name, each in told.items() if name in _OF_COMPLETION and each}


def without_moments(value: Any) -> Any:
    """Return a plain value without times, at any depth."""
    if isinstance(value, dict):
        left = {name: each for name, each in value.items() if name not in _MOMENTS}
        return {name: without_moments(each) for name, each in left.items()}
    return [*map(without_moments, value)] if isinstance(value, list) else value


def facts_of(outputs: Properties) -> dict[str, Any]:
    """Return a state's facts alike for both fronts."""
    told = _plain(outputs)
    left_out = (*_OWN, *_IN_ID, *_ALWAYS_THE_SAME, *_MOMENTS)
    return {name: each for name, each in told.items() if name not in left_out}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        told = {squashed(name): _plain(each) for name, each in value.items() if each is not None}
        return {name: each for name, each in told.items() if each not in ({}, [])}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _PORT.sub("port", _IDS.sub("<id>", value)) if isinstance(value, str) else value


def _once(act: Callable[[], None]) -> Callable[[], None]:
    left = [act]

    def call() -> None:
        if left:
            left.pop()()

    return call


def _of_wait(texts: list[str]) -> list[str]:
    """Return what is said of a wait, each once.

    A front says on a row what it has space for, and ends with its first line; so a text counts once
    that another one begins with, and one line is as good as several.
    """
    lines = {"; ".join(map(str.strip, each.splitlines())) for each in texts}
    return sorted(
        each
        for each in lines
        if not any(other != each and other.startswith(each) for other in lines)
    )


_IDS = re.compile(
    r"AWSBatch\w+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"
)
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")
_PAYLOAD_NAMES = re.compile(r"\b(trainingJob|serviceRequestPayload|service_request_payload)\b")
_QUOTED = re.compile(r'\["([^"]*)"\]')
_SETTING = re.compile(r"\b(?:aws|sjresource):(?=[a-z ])")


def squashed(text: str) -> str:
    """Return a text in which names are the same however a front spells them.

    Without case and underscores, with one word for a payload and one for the namespace of settings.
    """
    one_payload = _PAYLOAD_NAMES.sub("payload", text)
    one_place = _PORT.sub("port", _SETTING.sub("config:", one_payload))
    one_place = _QUOTED.sub(r".\1", one_place)
    one_spelling = _IDS.sub("<id>", one_place).replace("_", "").lower()
    return one_spelling.replace('adoptjobid="', 'adoptjobid: "')


def _sentence(error: Exception) -> str:
    if isinstance(error, PartialStateError):
        return "; ".join(error.reasons)
    if isinstance(error, grpc.RpcError):
        details: Any = error
        return str(details.details())
    return str(error)
