"""The life of one language host: print the port, serve, and leave when told or when alone.

The engine starts it as `pulumi-language-python [flags] ENGINE_ADDRESS`, reads the port from the
first line of its output, and ends it with SIGINT, five seconds later with SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

# What the program gets, taken before this process sets anything for itself.
PROGRAM_ENVIRONMENT = dict(os.environ)
# Children are started by a process that serves gRPC; its fork handlers crashed them.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

import grpc  # noqa: E402 - after its setting
from pulumi.runtime.proto import language_pb2_grpc  # noqa: E402 - imports grpc

from .children import Children  # noqa: E402 - the imports above come first
from .command_line import parse_arguments  # noqa: E402
from .servicer import LanguageHost  # noqa: E402 - imports grpc

# Checked this often, so that a killed engine leaves no program behind for long.
ORPHAN_CHECK_SECONDS = 0.5


def main(arguments: list[str]) -> None:
    """Serve until SIGINT, SIGTERM or the end of the process that started this one."""
    options = parse_arguments(arguments)
    leave = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: leave.set())
    threading.Thread(target=_leave_with, args=(os.getppid(), leave), daemon=True).start()

    children = Children()
    host = LanguageHost(
        engine_address=options.engine_address,
        tracing=options.tracing,
        executor=options.use_executor,
        engine_version=options.engine_version,
        environment=PROGRAM_ENVIRONMENT,
        children=children,
    )
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)

    leave.wait()
    # Only then: a host that left before its program would let the program hold the engine's pipes.
    children.end()
    server.stop(grace=1).wait()
    # Each command waits for this end, twice; taking Python down in order adds nothing.
    sys.stdout.flush()
    os._exit(0)


def _leave_with(parent: int, leave: threading.Event) -> None:
    while not leave.wait(ORPHAN_CHECK_SECONDS):
        if os.getppid() != parent:
            leave.set()


if __name__ == "__main__":
    main(sys.argv[1:])
