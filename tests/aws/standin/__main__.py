"""STAND-IN for the aws provider plugin, for tests only: a few types, served over gRPC.

It lets a program that uses pulumi-aws run on the real engine where the real plugin and an account
are out of reach, so that unknowns, order and secrets flow as they would. It proves nothing of AWS.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from concurrent import futures
from typing import TYPE_CHECKING, Any

import boto3
import grpc
from botocore.exceptions import ClientError
from google.protobuf import (
    empty_pb2,
    json_format,
    struct_pb2,
)
from kinds import KINDS  # type: ignore[import-not-found] # found from its folder, when it is run
from pulumi.runtime import rpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

if TYPE_CHECKING:
    from kinds import Kind, Properties

GONE = frozenset({"NoSuchEntity", "NoSuchBucket", "NoSuchKey", "404"})
VERSION = "7.51.1"


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """What the engine asks of a provider; methods have the names of the protocol."""

    # ruff: noqa: N802, D102, ARG002 - the protocol's names and signatures
    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": "aws"}))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Check(self, request: Any, context: Any) -> Any:
        kind, news, olds = self._kind(request), _plain(request.news), _plain(request.olds)
        name = kind.name_property
        if name and name not in news:
            seed = hashlib.sha256(request.randomSeed).hexdigest()[:7]
            news[name] = olds.get(name) or f"{_name(request.urn)}-{seed}"
        return provider_pb2.CheckResponse(inputs=_struct(news))

    def Diff(self, request: Any, context: Any) -> Any:
        kind, news, olds = self._kind(request), _plain(request.news), _plain(request.old_inputs)
        changed = sorted(key for key in {*news, *olds} if news.get(key) != olds.get(key))
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            diffs=changed,
            replaces=[key for key in changed if key in kind.replacing],
        )

    def Create(self, request: Any, context: Any) -> Any:
        kind, inputs = self._kind(request), _plain(request.properties)
        if request.preview:
            unknown = {key: rpc.UNKNOWN for key in kind.computed if key not in inputs}
            return provider_pb2.CreateResponse(id="", properties=_struct({**inputs, **unknown}))
        id_ = self._called(context, lambda: kind.create(inputs))
        outputs = {**kind.read(id_), **inputs}
        return provider_pb2.CreateResponse(id=id_, properties=_struct(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        kind, inputs = self._kind(request), _plain(request.news)
        if not request.preview:
            self._called(context, lambda: kind.update(request.id, inputs))
        outputs = {**_plain(request.olds), **inputs}
        return provider_pb2.UpdateResponse(properties=_struct(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        kind = self._kind(request)
        try:
            live = kind.read(request.id)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return provider_pb2.ReadResponse()  # an empty id: it is gone
            raise
        inputs = _plain(request.inputs)
        outputs = {**live, **_plain(request.properties)}
        return provider_pb2.ReadResponse(
            id=request.id, properties=_struct(outputs), inputs=_struct(inputs)
        )

    def Delete(self, request: Any, context: Any) -> Any:
        kind = self._kind(request)
        self._called(context, lambda: kind.delete(request.id, _plain(request.properties)))
        return empty_pb2.Empty()

    def _kind(self, request: Any) -> Kind:
        type_ = request.type or request.urn.split("::")[2].split("$")[-1]
        return KINDS[type_](self._client)

    def _client(self, service: str) -> Any:
        """Return boto3's client, from the environment alone; the stack's config is not read."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = boto3.client(service, os.environ["AWS_REGION"])  # type: ignore[call-overload] # any
            return self._clients[service]

    def _called(self, context: Any, call: Any) -> Any:
        """Call AWS; an error is one line for the user, and one of what is gone none."""
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _plain(struct: Any) -> Properties:
    values = json_format.MessageToDict(struct)
    return {key: value for key, value in values.items() if not key.startswith("__")}


def _struct(values: Properties) -> Any:
    given = {key: value for key, value in values.items() if value is not None}
    return json_format.ParseDict(given, struct_pb2.Struct())


def _name(urn: str) -> str:
    return urn.rpartition("::")[2].lower().replace("/", "-")


def main() -> None:
    """Serve until the engine says so, or is gone: a killed engine must not leave an orphan."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - so the engine finds it
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    engine = os.getppid()
    while not stop.wait(1.0) and os.getppid() == engine:
        pass
    server.stop(1).wait()


main()
