"""The dynamic resources, driven alike with the native ones; see `both_fronts`."""

from __future__ import annotations

import contextlib
import contextvars
import copy
import json
from typing import TYPE_CHECKING, Any

from both_fronts import (
    COMPLETION,
    JOB,
    REPLACED_FIRST,
    Front,
    Thing,
    facts_of,
    facts_of_completion,
)
from dynamic_program import RefusedError, run_program
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.runtime.config import set_all_config

import sjresource as sj
from sjresource.aws.arn import region_in
from sjresource.aws.clients import batch_client
from sjresource.checks.function_arguments import ArgumentError
from sjresource.checks.warnings.arguments import (
    warnings_of_job,
    warnings_of_other_runs,
    warnings_of_queue_side,
)
from sjresource.errors import NotFound
from sjresource.native.kinds import KINDS
from sjresource.resources.completion import ServiceJobCompletionProvider
from sjresource.resources.job.wanted_run import with_type
from sjresource.stack.config import SETTINGS
from sjresource.stack.identity import recorded_tag
from sjresource.stack.spelling.resources import PAYLOAD, SPELLINGS
from sjresource.vocabulary import NATIVE_PREFIX
from sjresource.warning import show_warnings_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from both_fronts import Properties
    from emulated import EmulatedBatch

_OUTPUTS = [
    name for name, each in vars(sj.ServiceJobCompletion).items() if isinstance(each, property)
]
_URN = "urn:pulumi:prod::vision::pulumi-python:dynamic/sjresource"


class DynamicFront(Front):
    """The dynamic resources: the plugin's provider, and what the program adds and warns of."""

    label = "dynamic"
    _outputs: dict[str, dict[str, Any]]
    """What a program has read of each completion."""

    def start(self, config: dict[str, Any]) -> None:
        """Configure a provider of each kind by the stack's config."""
        self._warned: list[str] = []
        self.__dict__.setdefault("_outputs", {})
        self._new: dict[str, dict[str, str]] = {}
        self._checked: dict[str, Any] = {}
        self._config = raw = {
            f"{'sjresource' if name in SETTINGS else 'aws'}:{name}": value
            if isinstance(value, str)
            else json.dumps(value)
            for name, value in {**environment_of(self.aws), **config}.items()
        }
        self._providers: dict[str, Any] = {}
        kinds = {kind.noun: kind.provider for kind in KINDS.values()}
        for noun, make in {**kinds, COMPLETION: ServiceJobCompletionProvider}.items():
            provider: Any = make()
            provider.configure(ConfigureRequest(config=Config(raw, "vision")))
            clock = self.aws.emulator.clock
            provider.monotonic, provider.sleep = clock.now, clock.advance
            self._providers[noun] = provider

    @property
    def asks_to_delete_first(self) -> bool:
        """The class sets the option."""
        return True

    def record(self) -> None:
        """Tag, as the program does when the engine has answered its registration."""
        settings = self._providers[JOB].settings
        for arn, tags in self._new.items():
            with contextlib.suppress(NotFound):  # deleted meanwhile
                batch_client(settings, region_in(arn)).tag_resource(arn, tags)

    def check(self, kind: str, name: str, inputs: Properties, old: Thing | None) -> tuple[Any, Any]:
        """Check what the class makes of the arguments; the program warns of them."""
        provider = self._providers[kind]
        if kind == COMPLETION:
            olds = old.resource[0] if old else {}
            checked = self._told(provider.check, as_engine_hands(olds), as_engine_hands(inputs))
            return checked.inputs, [each.reason for each in checked.failures]
        spelling = SPELLINGS[NATIVE_PREFIX + kind]
        defaults = {} if kind == JOB else spelling.defaults
        tags = {**dict(provider.settings.default_tags), **(inputs.get("tags") or {})}
        given = {
            **defaults,
            **inputs,
            **({"tags": tags} if tags else {}),
            "identity": f"organization/{_URN}:{kind}::{name}",
            "secret_paths": [],
        }
        if kind == JOB:
            given.setdefault("job_name", name)
        olds = old.resource[0] if old else {}
        checked = self._told(provider.check, as_engine_hands(olds), as_engine_hands(given))
        failures = [each.reason for each in checked.failures]
        if not failures:
            self._warn_of(kind, checked.inputs)
        return checked.inputs, failures

    def diff(self, old: Thing, inputs: Any) -> tuple[bool, list[str], bool]:
        """Compare."""
        provider, (_, outs) = self._providers[old.kind], old.resource
        answer = self._told(provider.diff, old.id, as_engine_hands(outs), as_engine_hands(inputs))
        first = old.kind not in REPLACED_FIRST
        return bool(answer.changes), list(answer.replaces or ()), first

    def create(self, kind: str, _name: str, inputs: Any, /) -> Thing:
        """Create."""
        made = self._told(self._providers[kind].create, as_engine_hands(inputs))
        if kind != COMPLETION:
            self._new[made.id] = recorded_tag(deleted_with=bool(inputs.get("deleted_with")))
        outs = made.outs
        self._warned += warnings_of_other_runs(
            outs.get("orphans") or (), outs.get("recorded_runs") or ()
        )
        return Thing(kind, made.id, (inputs, outs))

    def update(self, old: Thing, inputs: Any) -> Thing:
        """Update."""
        _, outs = old.resource
        provider = self._providers[old.kind]
        made = self._told(provider.update, old.id, as_engine_hands(outs), as_engine_hands(inputs))
        return Thing(old.kind, old.id, (inputs, made.outs))

    def read(self, old: Thing) -> Thing | None:
        """Refresh."""
        _, outs = old.resource
        found = self._told(self._providers[old.kind].read, old.id, as_engine_hands(outs))
        if not found.id:
            return None
        return Thing(old.kind, found.id, (found.inputs or {}, found.outs))

    def delete(self, old: Thing) -> None:
        """Delete."""
        _, outs = old.resource
        self._told(self._providers[old.kind].delete, old.id, as_engine_hands(outs))

    def rewrite(self, name: str, old: str, new: str) -> None:
        """Rewrite inputs and outputs."""
        thing = self.state[name]
        rewritten = json.loads(json.dumps(thing.resource).replace(old, new))
        self.state[name] = Thing(thing.kind, thing.id.replace(old, new), tuple(rewritten))

    def warnings(self) -> list[str]:
        """Return them; each was shown once."""
        warned, self._warned = list(dict.fromkeys(self._warned)), []
        return warned

    def facts(self, name: str) -> dict[str, Any]:
        """Return the outputs; those of a completion as its program has read them."""
        if self.state[name].kind == COMPLETION:
            return facts_of_completion(self._outputs[name])
        return facts_of(self.state[name].resource[1])

    def _complete(
        self, name: str, given: Properties, meanwhile: Callable[[], None]
    ) -> tuple[str, list[str]]:
        """Run a program that declares the completion and its jobs."""
        done: list[str] = []

        def declare() -> dict[str, Any]:
            jobs = {each: self._declared(each) for each in self.jobs_in(given)}
            waits = sj.ServiceJobCompletion(name, **self.with_jobs(given, jobs.__getitem__))
            return {each: getattr(waits, each) for each in _OUTPUTS}

        def register(resource: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
            if resource == name:
                known = inputs.items()
                own = {each: value for each, value in known if not each.startswith("__")}
                how, failures = self._up(COMPLETION, name, own)
                if failures:
                    raise RefusedError("; ".join(failures))
                done.append(how)
            else:
                self._up(JOB, resource, self.given[resource])
            there = self.state[resource]
            return there.id, there.resource[1]

        ran = run_program(declare, register, self._config, meanwhile)
        self._warned += ran.rows
        if ran.error is not None:
            return _ended(ran.error)
        self._outputs[name] = ran.outputs
        return done[0], []

    def _declared(self, name: str) -> Any:
        """Declare a job as it is, without what only the harness knows."""
        return sj.ServiceJob(name, **self.given[name])

    def _ask(self, function: str, arguments: Properties) -> tuple[Any, list[str]]:
        """Call it as a program does."""

        def call() -> Any:
            set_all_config(self._config)
            return getattr(sj, function)(**arguments)

        try:
            return contextvars.copy_context().run(call), []
        except ArgumentError as error:
            return None, str(error).splitlines()

    def _warn_of(self, kind: str, inputs: Properties) -> None:
        provider = self._providers[kind]
        lenient = provider.checking.lenient
        if kind == JOB:
            region = provider.settings.in_region(inputs.get("region")).region
            self._warned += warnings_of_job(with_type(inputs), region, lenient=lenient)
        else:
            operation = KINDS[NATIVE_PREFIX + kind].operation
            self._warned += warnings_of_queue_side(operation, inputs, lenient=lenient)

    def _told(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Call the provider, and hear its warnings."""

        def run() -> Any:
            show_warnings_by(self._warned.append)
            return call(*arguments)

        return contextvars.copy_context().run(run)


def _ended(error: BaseException) -> tuple[str, list[str]]:
    """Return what a program's end says of its waits, or of the arguments that it was given."""
    text = str(error)
    if text.startswith("declaring"):
        return "refused", [text.partition("): ")[2]]
    first, *failures = text.splitlines()
    return "failed", [each.strip() for each in failures] or [first]


def environment_of(aws: EmulatedBatch) -> dict[str, Any]:
    """Return the settings by which a provider reaches the emulator."""
    key = aws.emulator.credentials
    return {
        "region": "eu-west-1",
        "accessKey": key.aws_access_key_id,
        "secretKey": key.aws_secret_access_key,
        "endpoints": [dict.fromkeys(("batch", "sagemaker", "sts", "logs"), aws.emulator.url)],
    }


def as_engine_hands(value: Any) -> Any:
    """Return a copy whose numbers are floats, as a message has them."""
    if isinstance(value, dict):
        return {
            name: as_engine_hands(each)
            for name, each in value.items()
            if each is not None or name == PAYLOAD
        }
    if isinstance(value, (list, tuple)):
        return [as_engine_hands(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return copy.copy(value)
