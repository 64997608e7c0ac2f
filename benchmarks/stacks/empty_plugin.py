"""A native provider that does nothing: what any provider in Python costs at least.

Its resource is the floor's, below the protocol and without Python's dynamic provider. It is served
as ours is, and sleeps for the latency of as many calls as a job makes. The engine starts it as
`pulumi-resource-benchmark`, from a folder that `put_on_path` makes.
"""

# ruff: noqa: N802 - the protocol's names

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from concurrent import futures
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from benchmarks.stacks.call_counts import CALLS, SUBMITTED_AT

if TYPE_CHECKING:
    from pathlib import Path

_PAYLOAD = "serviceRequestPayload"
_PARENT_SECONDS = 1.0
_THREADS = 256


class Empty(provider_pb2_grpc.ResourceProviderServicer):
    """The least that a provider can do."""

    def __init__(self) -> None:
        self._replaced: set[str] = set()
        """URNs of what is replaced in this process."""

    def Handshake(self, _request: Any, _context: Any) -> Any:
        """Take no secrets: there are none."""
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """Return a version."""
        return PluginInfo(version="1.0.0")

    def CheckConfig(self, request: Any, _context: Any) -> Any:
        """Take what is given."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> Any:
        """See no change."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: Any) -> Any:
        """Need nothing."""
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, _context: Any) -> Any:
        """Take what is given."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, _context: Any) -> Any:
        """Replace when the payload has changed, as a job is."""
        if request.olds[_PAYLOAD] == request.news[_PAYLOAD]:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        self._replaced.add(request.urn)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            replaces=[_PAYLOAD],
            deleteBeforeReplace=True,
        )

    def Create(self, request: Any, _context: Any) -> Any:
        """Take as long as the calls would."""
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=outputs)
        outputs[SUBMITTED_AT] = time.time()
        _call("create anew" if request.urn in self._replaced else "create", request.properties)
        return provider_pb2.CreateResponse(id=request.urn, properties=outputs)

    def Read(self, request: Any, _context: Any) -> Any:
        """Take as long as the call would."""
        _call("read", request.properties)
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Delete(self, request: Any, _context: Any) -> Any:
        """Take as long as the calls would."""
        _call("delete", request.properties)
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """Have nothing to end."""
        return empty_pb2.Empty()


def put_on_path(folder: Path) -> Path:
    """Write the program that the engine looks for, and return the folder that it is in."""
    folder.mkdir()
    program = folder / "pulumi-resource-benchmark"
    program.write_text(
        f"#!{sys.executable}\nfrom benchmarks.stacks.empty_plugin import main\n\nmain()\n"
    )
    program.chmod(0o755)
    return folder


def main() -> None:
    """Serve until the engine ends the plugin, or is gone."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=_THREADS), options=_GRPC_CHANNEL_OPTIONS
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Empty(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    parent = os.getppid()
    gc.freeze()
    while not ended.wait(_PARENT_SECONDS) and os.getppid() == parent:
        pass
    os._exit(0)


def _call(method: str, properties: Any) -> None:
    time.sleep(CALLS[method] * properties["latency"])
