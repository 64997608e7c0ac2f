"""`python -m sjresource.emulator`: the emulator in a process of its own, until SIGINT or SIGTERM.

The first argument `simulate` is a command of its own (`what_if/`), and `reset` empties a folder.

The first line on stdout is the emulator's URL, the second the queue page's. While it runs,
`DATA/emulator.json` has its pid and both URLs; `DATA/credentials` is the key that it accepts, and
stays. One emulator at a time uses a data folder.
"""

from __future__ import annotations

import argparse
import errno
import signal
import sys
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from sjresource.emulator.api.behaviour import Behaviour
from sjresource.emulator.clock import Clock
from sjresource.emulator.controls.behave_as import read_behaviour
from sjresource.emulator.emulator import Emulator
from sjresource.emulator.protocol.user_json import shown
from sjresource.emulator.store.damage import DamagedError
from sjresource.emulator.store.data_folder import TRAINING, ForeignFolderError, claim, empty
from sjresource.emulator.store.data_lock import DataLock, DataLockedError
from sjresource.emulator.what_if import command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sjresource.emulator.executors.interface import Executor
    from sjresource.emulator.store.credentials import Credentials

_EPILOG = """\
Callers sign with the profile sjresource-emulator of DATA/credentials, for instance:

  AWS_SHARED_CREDENTIALS_FILE=DATA/credentials AWS_PROFILE=sjresource-emulator \\
  AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=http://127.0.0.1:PORT \\
  aws batch describe-job-queues

Faults, clock and outcomes are controlled under /_emulator/; see docs/emulator.md.

Other commands:

  python -m sjresource.emulator simulate SCENARIO.json [--plot FILE.svg]
  python -m sjresource.emulator reset --data DIR
"""
_LAST_PORT: Final = 65535
_REFUSALS: Final = (DataLockedError, ForeignFolderError, DamagedError, OSError, ValueError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["simulate"]:
        return command.main(given[1:])
    if given[:1] == ["reset"]:
        return _reset(given[1:])
    options = _parser().parse_args(given)
    # An Event can't be set in a handler that interrupts its own wait: that holds its lock.
    signals = SimpleQueue[int]()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: signals.put(number))
    try:
        with _emulator(options) as emulator:
            # The first line is the interface. In one write: who reads it may then close the pipe.
            print(f"{emulator.url}\npage: {emulator.page_url}", flush=True)  # noqa: T201 - as above
            while not _has_come(signals):
                pass
    except _REFUSALS as error:
        return _print_refusal(error)
    return 0


def _has_come(signals: SimpleQueue[int]) -> bool:
    """Return whether a signal has come; block for one, for a second.

    Not for ever: one that the system gives to another thread interrupts no wait of the main one,
    which alone runs handlers.
    """
    try:
        signals.get(timeout=1.0)
    except Empty:
        return False
    return True


def _reset(arguments: Sequence[str]) -> int:
    """Delete all that an emulator keeps in a folder, but for its key and its address."""
    parser = argparse.ArgumentParser(prog="python -m sjresource.emulator reset")
    parser.add_argument("--data", type=Path, required=True, help="folder to empty")
    data: Path = parser.parse_args(arguments).data
    try:
        claim(data)
        data_lock = DataLock(data)
        empty(data)
        data_lock.release()
    except _REFUSALS as error:
        return _print_refusal(error)
    return 0


def _print_refusal(error: Exception) -> int:
    said = str(error)
    if isinstance(error, OSError) and error.filename is not None:
        said = f"{error.filename}: {error.strerror}"
    elif isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        said = f"another program has that port: {error.strerror}; give another --port"
    print(said, file=sys.stderr)  # noqa: T201 - a person reads it
    return 1


def _port(text: str) -> int:
    """Read a port; a number beyond them would be taken for another one.

    Raises:
        ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or int(text) > _LAST_PORT:
        message = f"{text!a} is no port: 0 to {_LAST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sjresource.emulator",
        description="An emulator of AWS Batch service jobs (SageMaker training), with S3, IAM, "
        "STS, CloudWatch Logs and SageMaker beside it at the same endpoint.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument(
        "--port",
        type=_port,
        metavar="PORT",
        help="port, 0 for a free one (default: the one it had with this folder, if that is free)",
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder for everything that it keeps"
    )
    parser.add_argument(
        "--executor",
        choices=("process", "simulated"),
        default="simulated",
        help="process runs the container's entrypoint as a local process; simulated, the default, "
        "pretends; `sjresource emulator start` has process as its default",
    )
    parser.add_argument(
        "--token-replay",
        choices=("same-job", "reject"),
        help="what a repeated clientToken with the same request gives (default: the same job)",
    )
    parser.add_argument(
        "--behave-as",
        type=Path,
        metavar="FILE",
        help="play what a result of python -m sjresource.probes has seen; what differs there and "
        "can't be played is listed",
    )
    parser.add_argument(
        "--web-identity-token",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a file with a token for which STS gives keys; may be given several times",
    )
    parser.add_argument(
        "--clock-rate",
        type=float,
        default=1.0,
        help="seconds of the emulator's clock for each real one; 0 stands still (default: 1)",
    )
    return parser


def _emulator(options: argparse.Namespace) -> Emulator:
    return Emulator(
        options.data,
        host=options.host,
        port=options.port,
        clock=Clock(options.clock_rate),
        executor=_process_executor(options.data) if options.executor == "process" else None,
        behaviour=_behaviour(options),
        web_identity_tokens=[file.read_text().strip() for file in options.web_identity_token],
    )


def _behaviour(options: argparse.Namespace) -> Behaviour:
    """Return the switches that the options set, and list what they can't."""
    behaviour, uncovered = Behaviour(), list[str]()
    if options.behave_as is not None:
        behaviour, uncovered = read_behaviour(options.behave_as)
    for each in uncovered:
        print(f"no switch plays {shown(each, 300)}", file=sys.stderr)  # noqa: T201 - a person reads it
    if options.token_replay is not None:
        behaviour.token_replay = options.token_replay
    return behaviour


def _process_executor(data: Path) -> Callable[[str, Credentials], Executor]:
    from sjresource.emulator.executors.process import ProcessExecutor  # noqa: PLC0415 - only if asked for

    def make(url: str, credentials: Credentials) -> Executor:
        executor = ProcessExecutor(data / TRAINING, url, credentials)
        executor.end_leftovers()
        return executor

    return make


if __name__ == "__main__":
    sys.exit(main())
