"""The native provider without an engine: its servicer behind a stub, in the emulator's time."""

from __future__ import annotations

from concurrent import futures
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2_grpc,
    status_pb2,
)

from sjresource.native.engine import Cancellation
from sjresource.native.plugin.servicer import Servicer
from sjresource.native.values import UNKNOWN, read, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulated import EmulatedBatch

    from sjresource.stack.spelling.names import Path

__all__ = ["TYPED", "UNKNOWN", "NativePlugin", "PartialStateError", "in_the_clear"]

TYPED: dict[str, Any] = {
    "roleArn": "arn:aws:iam::123456789012:role/training",
    "algorithmSpecification": {"trainingImage": "image", "trainingInputMode": "File"},
    "hyperParameters": {"epochs": "3"},
    "outputDataConfig": {"s3OutputPath": "s3://bucket/models"},
    "resourceConfig": {"instanceType": "ml.m5.large", "instanceCount": 1, "volumeSizeInGB": 1},
    "stoppingCondition": {"maxRuntimeInSeconds": 600},
}
"""A right payload, as the schema spells it."""

LIMITS = [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
SECRET = "sk-very-secret"
ARN = "arn:aws:batch:eu-west-1:123456789012"
JOB_ID = "0a3b5c7d-0000-0000-0000-000000000000"


class Line(NamedTuple):
    """A line of the engine's log."""

    urn: str
    text: str
    is_warning: bool
    is_ephemeral: bool


class ListeningEngine(engine_pb2_grpc.EngineServicer):
    """An engine that only listens."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.on_progress: Callable[[], None] = lambda: None

    def Log(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Keep a line."""
        warning = request.severity == engine_pb2.WARNING
        self.lines.append(Line(request.urn, request.message, warning, request.ephemeral))
        if request.ephemeral:
            self.on_progress()
        return empty_pb2.Empty()

    def GetRootResource(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - as above
        """Be there."""
        return engine_pb2.GetRootResourceResponse()


class PartialStateError(Exception):
    """An answer with an id and a reason."""

    def __init__(self, details: Any) -> None:
        super().__init__(list(details.reasons))
        self.id = details.id
        self.message = details.properties
        self.state = read(details.properties)
        self.reasons = list(details.reasons)


@dataclass
class Resource:
    """One resource of a state, as the engine keeps it."""

    urn: str
    id: str
    inputs: Any
    state: Any

    @property
    def outputs(self) -> dict[str, Any]:
        """The state's values."""
        return read(self.state).values


def in_the_clear(resource: Resource) -> str:
    """Return what a state has, without its secrets."""
    values, secrets = read(resource.state)

    def shown(value: Any, *path: str | int) -> Any:
        if path in secrets:
            return None
        if isinstance(value, dict):
            return {name: shown(each, *path, name) for name, each in value.items()}
        if isinstance(value, list):
            return [shown(each, *path, at) for at, each in enumerate(value)]
        return value

    return str(shown(values))


@dataclass
class NativePlugin:
    """A running servicer, and an engine that drives it as the real one does."""

    aws: EmulatedBatch
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start both, and configure."""
        self.engine = ListeningEngine()
        self._servers = [grpc.server(futures.ThreadPoolExecutor(32)) for _ in range(2)]
        engine_pb2_grpc.add_EngineServicer_to_server(self.engine, self._servers[0])
        aws = self.aws

        class EmulatedTime(Cancellation):
            def sleep(self, seconds: float) -> None:
                super().sleep(0)
                aws.advance(seconds)

        self.servicer = Servicer("1.2.3", None, EmulatedTime)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self.servicer, self._servers[1])
        address, port = (
            f"127.0.0.1:{each.add_insecure_port('127.0.0.1:0')}" for each in self._servers
        )
        for server in self._servers:
            server.start()
        self._channel = grpc.insecure_channel(port)
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.stub.Handshake(proto.ProviderHandshakeRequest(engine_address=address))
        key = aws.emulator.credentials
        settings = {
            "region": "eu-west-1",
            "accessKey": key.aws_access_key_id,
            "secretKey": key.aws_secret_access_key,
            "endpoints": [dict.fromkeys(("batch", "sagemaker", "sts", "logs"), aws.emulator.url)],
            "preflight": "false",
            **self.config,
        }
        self.stub.Configure(proto.ConfigureRequest(args=write(settings)))

    def close(self) -> None:
        """Stop both."""
        self.stub.Cancel(empty_pb2.Empty())
        self._channel.close()
        for server in self._servers:
            server.stop(None)

    def urn(self, kind: str, name: str, stack: str = "prod") -> str:
        """Return the URN of a resource."""
        return f"urn:pulumi:{stack}::vision::sjresource:index:{kind}::{name}"

    def check(
        self,
        kind: str,
        name: str,
        inputs: dict[str, Any],
        secrets: Iterable[Path] = (),
        old: Resource | None = None,
    ) -> Any:
        """Check inputs."""
        news = write(inputs, frozenset(secrets))
        olds = old.inputs if old else None
        return self.stub.Check(proto.CheckRequest(urn=self.urn(kind, name), news=news, olds=olds))

    def reasons(self, kind: str, name: str, inputs: dict[str, Any], **more: Any) -> list[str]:
        """Return what is wrong with inputs."""
        return [each.reason for each in self.check(kind, name, inputs, **more).failures]

    def create(
        self, kind: str, name: str, inputs: dict[str, Any], secrets: Iterable[Path] = ()
    ) -> Resource:
        """Check and create."""
        checked = self.check(kind, name, inputs, secrets)
        assert not checked.failures, checked.failures
        urn = self.urn(kind, name)
        request = proto.CreateRequest(urn=urn, properties=checked.inputs)
        made = self.raising(self.stub.Create, request)
        return Resource(urn, made.id, checked.inputs, made.properties)

    def preview(
        self, kind: str, name: str, inputs: dict[str, Any], secrets: Iterable[Path] = ()
    ) -> dict[str, Any]:
        """Return what a preview knows of a new one."""
        checked = self.check(kind, name, inputs, secrets)
        urn = self.urn(kind, name)
        request = proto.CreateRequest(urn=urn, properties=checked.inputs, preview=True)
        return read(self.stub.Create(request).properties).values

    def news(self, old: Resource, inputs: dict[str, Any], secrets: Iterable[Path] = ()) -> Any:
        """Check what an existing one is to be, and return the inputs."""
        kind, name = old.urn.split("::")[2].rpartition(":")[2], old.urn.rpartition("::")[2]
        checked = self.check(kind, name, inputs, secrets, old)
        assert not checked.failures, checked.failures
        return checked.inputs

    def diff(self, old: Resource, inputs: dict[str, Any], secrets: Iterable[Path] = ()) -> Any:
        """Return the diff between an existing one and what it is to be."""
        request = proto.DiffRequest(
            id=old.id,
            urn=old.urn,
            olds=old.state,
            old_inputs=old.inputs,
            news=self.news(old, inputs, secrets),
        )
        return self.stub.Diff(request)

    def update(
        self,
        old: Resource,
        inputs: dict[str, Any],
        secrets: Iterable[Path] = (),
        *,
        preview: bool = False,
    ) -> Resource:
        """Update an existing one, or return what a preview knows of that."""
        news = self.news(old, inputs, secrets)
        request = proto.UpdateRequest(
            id=old.id,
            urn=old.urn,
            olds=old.state,
            old_inputs=old.inputs,
            news=news,
            preview=preview,
        )
        made = self.raising(self.stub.Update, request)
        return Resource(old.urn, old.id, news, made.properties)

    def refresh(self, old: Resource) -> Resource | None:
        """Read it; None if it is gone."""
        request = proto.ReadRequest(id=old.id, urn=old.urn, properties=old.state, inputs=old.inputs)
        found = self.stub.Read(request)
        return Resource(old.urn, found.id, found.inputs, found.properties) if found.id else None

    def adopt(self, kind: str, name: str, id_: str) -> Resource | None:
        """Import one; None if there is none."""
        found = self.stub.Read(proto.ReadRequest(id=id_, urn=self.urn(kind, name)))
        if not found.id:
            return None
        return Resource(self.urn(kind, name), found.id, found.inputs, found.properties)

    def delete(self, old: Resource) -> None:
        """Delete it."""
        request = proto.DeleteRequest(
            id=old.id, urn=old.urn, properties=old.state, old_inputs=old.inputs
        )
        self.raising(self.stub.Delete, request)

    def raising(self, call: Any, request: Any) -> Any:
        """Call, and raise what an engine keeps of a failure."""
        try:
            return call(request)
        except grpc.RpcError as error:
            metadata: Any = error.trailing_metadata() or ()
            for key, value in metadata:
                if key == "grpc-status-details-bin":
                    status = status_pb2.Status.FromString(value)
                    details = proto.ErrorResourceInitFailed()
                    status.details[0].Unpack(details)
                    raise PartialStateError(details) from None
            raise

    def warnings(self) -> list[str]:
        """Return the warnings so far."""
        return [line.text for line in self.engine.lines if line.is_warning]


def job(queue: str, **changes: Any) -> dict[str, Any]:
    """Return a job's inputs."""
    return {"jobQueue": queue, "trainingJob": TYPED, **changes}


def changed(diff: Any) -> dict[str, str]:
    """Return the kind of change of each leaf."""
    names = proto.PropertyDiff.Kind.Name
    return {path: names(each.kind) for path, each in diff.detailedDiff.items()}


def queue_side(plugin: NativePlugin, **more: Any) -> dict[str, Resource]:
    """Make one of each resource that a job needs."""
    limits = [{"maxCapacity": 4, "capacityUnit": "ml.m5.large"}]
    capacity = {"capacityLimits": limits, **more}
    environment = plugin.create("ServiceEnvironment", "capacity", capacity)
    kind = {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}, **more}
    policy = plugin.create("SchedulingPolicy", "policy", kind)
    queue = plugin.create(
        "JobQueue",
        "training",
        {
            "priority": 1,
            "schedulingPolicyArn": policy.id,
            "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": environment.id}],
            **more,
        },
    )
    share = plugin.create(
        "QuotaShare",
        "vision",
        {
            "jobQueue": queue.id,
            "capacityLimits": [{"maxCapacity": 2, "capacityUnit": "ml.m5.large"}],
            "resourceSharingConfiguration": {"strategy": "RESERVE"},
            "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
            **more,
        },
    )
    return {"environment": environment, "policy": policy, "queue": queue, "share": share}
