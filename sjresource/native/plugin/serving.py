"""`pulumi-resource-sjresource [ENGINE]`: serve on a port of this machine, and end with the engine.

`--version` prints which release this is, and nothing else.

The engine starts this, reads the port from its first line, and ends it. Nobody else has a use for
it, so it listens on loopback only.
"""

from __future__ import annotations

from sjresource.process.garbage import search_seldom

search_seldom()  # before the rest is imported: that is when Python would search most

import contextlib
import gc
import os
import queue
import signal
import sys
from concurrent import futures
from importlib.metadata import version
from typing import NoReturn

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from sjresource.native.plugin.servicer import Servicer
from sjresource.process.standard_streams import ended
from sjresource.stack.plugin_notes import forget_notes

_THREADS = 256
"""As many at once as the engine ever asks for: most of them wait."""

_HOST = "127.0.0.1"

_PARENT_SECONDS = 1.0
"""How often the plugin looks whether who has started it is still there."""


def main() -> NoReturn:
    """Serve until the engine ends the plugin, or is gone."""
    sys.exit(ended("pulumi-resource-sjresource", _serve_until_told))


def _serve_until_told() -> int:
    if "--version" in sys.argv[1:]:
        sys.stdout.write(f"{version('sjresource')}\n")
        return 0
    # An Event can't be set in a handler that interrupts its own wait: that holds its lock.
    signals = queue.SimpleQueue[int]()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: signals.put(number))
    engines = [each for each in sys.argv[1:] if not each.startswith("-")]
    servicer = Servicer(version("sjresource"), engines[-1] if engines else None)
    parent = os.getppid()  # before it hears the port: from then on it may be killed
    server = serve(servicer)
    gc.freeze()  # else Python searches all of boto3 for garbage, again and again
    while not _has_come(signals, _PARENT_SECONDS):
        if os.getppid() != parent:
            forget_notes()
            os._exit(1)
    with contextlib.suppress(Exception):
        servicer.close()
    server.stop(0)
    sys.stdout.flush()
    forget_notes()
    os._exit(0)  # threads may wait for AWS still


def _has_come(signals: queue.SimpleQueue[int], seconds: float) -> bool:
    """Return whether a signal has come; block for one."""
    try:
        signals.get(timeout=seconds)
    except queue.Empty:
        return False
    return True


def serve(servicer: Servicer) -> grpc.Server:
    """Start to serve, and write the port to stdout, where the engine looks for it."""
    threads = futures.ThreadPoolExecutor(max_workers=_THREADS)
    server = grpc.server(threads, options=_GRPC_CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port(f"{_HOST}:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    return server


if __name__ == "__main__":
    main()
