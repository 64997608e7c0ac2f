"""Pulumi's provider protocol: each request to who answers it, and errors as one line.

https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

# ruff: noqa: N802 - the protocol's names

from __future__ import annotations

import functools
import traceback
from typing import TYPE_CHECKING, Any, Protocol

import grpc
import pulumi
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2

from sjresource.errors import SjresourceError
from sjresource.native.completions.completion import Completions
from sjresource.native.configuration import (
    Configuration,
    configuration_of,
    configuration_problems,
    secret_settings,
)
from sjresource.native.context import ProviderContext
from sjresource.native.engine import Cancellation, EngineLog
from sjresource.native.kinds import COMPLETION, KINDS
from sjresource.native.lives import Life
from sjresource.native.plugin.invokes import invoke
from sjresource.native.recording import Recorder
from sjresource.native.responses import PartialState
from sjresource.native.schema import schema_text
from sjresource.native.values import read, write
from sjresource.sanitize import plain
from sjresource.stack.spelling.words import native_words
from sjresource.vocabulary import type_of
from sjresource.warning import show_warnings_by

if TYPE_CHECKING:
    from collections.abc import Callable

_SCHEMA_VERSIONS = (0, 1)


class _Status(grpc.Status):
    """A status with details, as `grpc_status` makes it: a dependency less."""

    def __init__(self, code: grpc.StatusCode, details: str, metadata: Any) -> None:
        self.code, self.details, self.trailing_metadata = code, details, metadata


class _Answers(Protocol):
    """Who answers for the resources of one type."""

    def check(self, request: Any) -> Any: ...
    def diff(self, request: Any) -> Any: ...
    def create(self, request: Any) -> Any: ...
    def read(self, request: Any) -> Any: ...
    def update(self, request: Any) -> Any: ...


def _answered(method: Callable[..., Any]) -> Callable[..., Any]:
    """Answer errors with one line and no traceback, and a partial state with its id."""

    @functools.wraps(method)
    def answer(self: Servicer, request: Any, context: grpc.ServicerContext) -> Any:
        urn = getattr(request, "urn", "")
        show_warnings_by(lambda text: self.context.warn(urn, _words(urn, text)))
        try:
            return method(self, request, context)
        except PartialState as error:
            _abort_with_state(context, error)
        except SjresourceError as error:
            context.abort(grpc.StatusCode.UNKNOWN, _words(urn, str(error)))
        except pulumi.RunError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, native_words(plain(error)))
        except Exception as error:  # noqa: BLE001 - a traceback would hide what it is
            self.context.engine.debug(traceback.format_exc())
            seen = f"{type(error).__name__}: {error}"
            text = f"{method.__name__}: {seen}, which is unexpected: a mistake in sjresource"
            context.abort(grpc.StatusCode.INTERNAL, plain(text))

    return answer


def _words(urn: str, text: str) -> str:
    kind = KINDS.get(type_of(urn))
    return kind.native_text(text) if kind else native_words(text)


def _abort_with_state(context: grpc.ServicerContext, error: PartialState) -> None:
    packed = any_pb2.Any()
    packed.Pack(error.details)
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(error), details=[packed])
    metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    context.abort_with_status(_Status(code, str(error), metadata))


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. Safe for as many threads as it likes."""

    def __init__(
        self,
        version: str,
        engine: str | None = None,
        cancellation: Callable[[], Cancellation] = Cancellation,
    ) -> None:
        self._version = version
        self._cancellation = cancellation
        self.context = self._provider_context(EngineLog(engine), Configuration())
        self._answers = self._new_answers()

    def close(self) -> None:
        """Finish, as the engine ends the plugin: what was created is in the state by now.

        Nothing is previewed any more, either: the engine still shows what is logged now.
        """
        try:
            self.context.recorder.tag_all()
        finally:
            self.context.tell_plan()

    @_answered
    def Handshake(self, request: Any, _context: Any) -> Any:
        """Learn where the engine is."""
        self.context.engine = EngineLog(request.engine_address)
        return proto.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False
        )

    @_answered
    def Attach(self, request: Any, _context: Any) -> Any:
        """Learn where the engine is, for a plugin that runs already."""
        self.context.engine = EngineLog(request.address)
        return empty_pb2.Empty()

    @_answered
    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """Return the version."""
        return proto.PluginInfo(version=self._version)

    @_answered
    def GetSchema(self, request: Any, _context: Any) -> Any:
        """Return the schema, which is made beforehand."""
        if request.version not in _SCHEMA_VERSIONS:
            seen = "there is no such schema; there are 0 and 1"
            raise SjresourceError("reading", "schema", f"version {request.version}", seen)
        return proto.GetSchemaResponse(schema=schema_text())

    @_answered
    def CheckConfig(self, request: Any, _context: Any) -> Any:
        """Check the provider's own configuration; a secret of the schema is one in the state."""
        given = read(request.news)
        secrets = given.secrets | secret_settings(given.values)
        secret = frozenset(str(path[0]) for path in secrets)
        failures = [
            proto.CheckFailure(property="", reason=reason)
            for _, reason in configuration_problems(given.values, secret)
        ]
        return proto.CheckResponse(inputs=write(given.values, secrets), failures=failures)

    @_answered
    def DiffConfig(self, request: Any, _context: Any) -> Any:
        """Compare the configuration; what a change means is for the resources to say."""
        same = read(request.olds).values == read(request.news).values
        changes = proto.DiffResponse.DIFF_NONE if same else proto.DiffResponse.DIFF_SOME
        return proto.DiffResponse(changes=changes)

    @_answered
    def Configure(self, request: Any, _context: Any) -> Any:
        """Read the configuration; an unknown one is that of a preview, and configures nothing."""
        configuration = configuration_of(read(request.args).values)
        for key in configuration.settings.unsupported:
            self.context.warn("", f"reading Setting (sjresource:{key}): sjresource does not use it")
        self.context = self._provider_context(self.context.engine, configuration)
        self._answers = self._new_answers()
        return proto.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    @_answered
    def Invoke(self, request: Any, _context: Any) -> Any:
        """Call a function."""
        return invoke(request, self.context.configuration)

    @_answered
    def Check(self, request: Any, _context: Any) -> Any:
        """Check inputs."""
        return self._of(request).check(request)

    @_answered
    def Diff(self, request: Any, _context: Any) -> Any:
        """Compare state and inputs."""
        return self._of(request).diff(request)

    @_answered
    def Create(self, request: Any, _context: Any) -> Any:
        """Create a resource."""
        if not request.preview:
            self.context.recorder.go_on()
        return self._of(request).create(request)

    @_answered
    def Read(self, request: Any, _context: Any) -> Any:
        """Read a resource."""
        return self._of(request).read(request)

    @_answered
    def Update(self, request: Any, _context: Any) -> Any:
        """Update a resource."""
        if not request.preview:
            self.context.recorder.go_on()
        return self._of(request).update(request)

    @_answered
    def Delete(self, request: Any, _context: Any) -> Any:
        """Delete a resource; a completion is only forgotten."""
        self.context.recorder.go_on()
        answers = self._of(request)
        if isinstance(answers, Life):
            answers.delete(request)
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """End what waits, within a moment: jobs go on, and so does the next `pulumi up`."""
        self.context.cancellation.cancel()
        return empty_pb2.Empty()

    def _of(self, request: Any) -> _Answers:
        token = type_of(request.urn)
        if token not in self._answers:
            there = ", ".join(self._answers)
            raise SjresourceError(
                "reading", "resource type", token, "there is no such type", f"there are {there}"
            )
        return self._answers[token]

    def _provider_context(self, log: EngineLog, configuration: Configuration) -> ProviderContext:
        recorder = Recorder(log.is_there, log.warn)
        return ProviderContext(configuration, log, self._cancellation(), recorder)

    def _new_answers(self) -> dict[str, _Answers]:
        lives: dict[str, _Answers] = {
            token: Life(kind, self.context) for token, kind in KINDS.items()
        }
        return {**lives, COMPLETION: Completions(self.context)}
