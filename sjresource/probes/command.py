"""The command line of the probes: what is tried, where, at what cost, and what is left behind."""

from __future__ import annotations

import argparse
import errno
import json
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.batch import BatchClient
from sjresource.aws.calls import call
from sjresource.aws.clients import endpoint_of
from sjresource.aws.session import EFFECT_TIMEOUTS, open_client
from sjresource.aws.settings import Settings
from sjresource.aws.waiters import SYSTEM_CLOCK, WaiterClock
from sjresource.errors import SjresourceError
from sjresource.probes.beliefs import PROBES
from sjresource.probes.results import report, write_result
from sjresource.probes.session.payload import DOLLARS_PER_HOUR, INSTANCE_TYPE, Training
from sjresource.probes.session.redaction import PREFIX, Redaction
from sjresource.probes.session.removal import Removal
from sjresource.probes.session.session import TAG, Session
from sjresource.probes.trial import Trial, try_each
from sjresource.sanitize import plain
from sjresource.suggestions import close_names, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sjresource.probes.session.probe import Probe

HELD, FAILED, USAGE, DIFFERS, INTERRUPTED = 0, 1, 2, 3, 130
"""The exit codes."""

_EPILOG: Final = f"""\
Everything that a run makes is named {PREFIX}-<run>-... and has the tag {TAG}; it is ended and
deleted when the run is over, also after Ctrl-C. After a crash --clean finds what is left, by both.

Exit codes: 0 what was tried held; 1 AWS could not be asked, or something is left; 2 a wrong option;
3 something differs; 130 interrupted.
"""


@dataclass(frozen=True)
class AccountConnection:
    """Batch in one region, and who asks."""

    client: Any
    region: str
    endpoint: str
    identity: dict[str, str]


def main(
    arguments: Sequence[str] | None = None,
    *,
    clock: WaiterClock | None = None,
    epoch: Callable[[], float] = time.time,
    settings: Settings | None = None,
) -> int:
    """Run the command; return the exit code. A test passes its time and its settings."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen = _chosen(options.only, parser)
    if options.list:
        _list(chosen)
        return HELD
    if options.result and not options.result.absolute().parent.is_dir():
        parser.error(f"--result: there is no folder {plain(options.result.parent)}")
    if options.paid and not options.clean:
        _require_training(options, parser)
    wanted = (settings or Settings.from_config(lambda _: None)).in_region(options.region)
    clock = clock or SYSTEM_CLOCK
    try:
        connection = _connect(wanted)
        if options.clean:
            return _clean(connection, clock)
        if options.paid and not _agreed(chosen, options):
            return USAGE
        return _Run(options, chosen, connection, clock, epoch).run()
    except SjresourceError as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("interrupted; `--clean` finds what is left")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sjresource.probes",
        description="Try on AWS what sjresource and its emulator only believe about AWS Batch.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="list the probes, and try nothing")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="try this probe; repeatable"
    )
    cost = parser.add_mutually_exclusive_group()
    cost.add_argument(
        "--free", action="store_true", help="try only what trains nothing (the default)"
    )
    cost.add_argument(
        "--paid", action="store_true", help="try also what trains for minutes; says the cost first"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before what costs")
    parser.add_argument("--region", help="AWS region (default: that of the AWS settings)")
    parser.add_argument("--keep", action="store_true", help="leave what the run made as it is")
    parser.add_argument(
        "--clean", action="store_true", help="end and delete what runs have left; try nothing"
    )
    parser.add_argument(
        "--result", type=Path, metavar="FILE", help="where to write (default: by date and region)"
    )
    parser.add_argument(
        "--notes",
        type=Path,
        default=Path("sjresource-probes-notes.json"),
        metavar="FILE",
        help="what is to be asked about days later (default: %(default)s); not to be published",
    )
    parser.add_argument(
        "--role",
        default="",
        metavar="ARN",
        help="role of payloads (default: one that is not there)",
    )
    parser.add_argument("--image", metavar="URI", help="for --paid: any image that has /bin/sh")
    parser.add_argument("--s3-output", metavar="S3URI", help="for --paid: where models go")
    return parser


def _chosen(names: list[str], parser: argparse.ArgumentParser) -> list[Probe]:
    known = {each.name: each for each in PROBES}
    for name in names:
        if name not in known:
            hint = did_you_mean(close_names(name, known), "--list has the names")
            parser.error(f"--only: there is no probe {plain(name)}{hint}")
    return [each for each in PROBES if not names or each.name in names]


def _list(probes: list[Probe]) -> None:
    width = max(len(each.name) for each in probes)
    for each in probes:
        cost = f"{each.cost}, {each.minutes} min" if each.minutes else each.cost
        _say(f"{each.name:{width}}  {cost:12}  {each.question}")


def _connect(settings: Settings) -> AccountConnection:
    region, endpoint = endpoint_of(settings)
    sts = open_client("sts", settings, region, EFFECT_TIMEOUTS)
    identity = call(sts.get_caller_identity, "reading", "caller", "identity", {})
    client = open_client("batch", settings, region, EFFECT_TIMEOUTS)
    return AccountConnection(client, region, endpoint, identity)


def _require_training(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Exit if paid probes have nothing to train with."""
    missing = [
        f"--{name.replace('_', '-')}"
        for name in ("image", "role", "s3_output")
        if not getattr(options, name)
    ]
    if missing:
        parser.error(f"--paid needs {', '.join(missing)}: what the training jobs are made of")


def _agreed(probes: list[Probe], options: argparse.Namespace) -> bool:
    """Print what paid probes cost, and return whether that is agreed to."""
    minutes = sum(each.minutes for each in probes if each.cost == "paid")
    dollars = minutes / 60 * DOLLARS_PER_HOUR
    _say(
        f"--paid trains for about {minutes} minutes in all, on {INSTANCE_TYPE}: at most "
        f"{dollars:.2f} US dollars, and what S3 takes for empty models"
    )
    if options.yes:
        return True
    if not sys.stdin.isatty():
        _complain("--paid asks first, and nobody is there to answer: add --yes")
        return False
    try:
        return input("go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        return False


def _clean(connection: AccountConnection, clock: WaiterClock) -> int:
    left = Removal(BatchClient(connection.client), clock, _say).everything()
    for each in left:
        _complain(each)
    if not left:
        _say(f"nothing of a probe is left in {connection.region}")
    return FAILED if left else HELD


class _Run:
    """One run, from its first call to what it leaves behind."""

    def __init__(
        self,
        options: argparse.Namespace,
        probes: list[Probe],
        connection: AccountConnection,
        clock: WaiterClock,
        epoch: Callable[[], float],
    ) -> None:
        self._options = options
        self._probes = probes
        self._connection = connection
        self._trials: list[Trial] = []
        self._left: list[str] = []
        self._is_written = True
        training = Training(options.image, options.role, options.s3_output)
        self._session = Session(
            connection.client,
            clock,
            secrets.token_hex(4),
            connection.identity["Account"],
            role=options.role,
            training=training if options.paid else None,
            notes=_read_notes(options.notes, connection.region),
            epoch=epoch,
        )

    def run(self) -> int:
        where = f"{self._connection.region} of account {self._connection.identity['Account']}"
        _say(f"run {self._session.run} in {where}")
        before = {
            number: signal.signal(number, _interrupt)
            for number in (signal.SIGTERM, signal.SIGHUP)
            if signal.getsignal(number) != signal.SIG_IGN  # as with nohup
        }
        interrupted = False
        try:
            try_each(
                self._probes,
                self._session,
                paid=self._options.paid,
                tell=_tell,
                trials=self._trials,
            )
        except KeyboardInterrupt:
            interrupted = True
            _complain("interrupted: cleaning up; again to leave it")
        finally:
            self._finish()
            for number, handler in before.items():
                signal.signal(number, handler)
        if interrupted:
            return INTERRUPTED
        if self._left or not self._is_written:
            return FAILED
        return DIFFERS if any(each.verdict == "differs" for each in self._trials) else HELD

    def _finish(self) -> None:
        """Write what was seen, then clean up, also where nobody reads or stores what is said."""
        try:
            self._write()
        finally:
            self._clean_up()

    def _clean_up(self) -> None:
        if self._options.keep:
            _say(f"kept what run {self._session.run} made; `--clean` deletes it")
            return
        removal = Removal(
            self._session.batch, self._session.clock, lambda _: None, self._session.run
        )
        self._left = removal.of_session(self._session)
        for each in self._left:
            _complain(f"{each}; `--clean` tries again")

    def _write(self) -> None:
        identity, options = self._connection.identity, self._options
        known = (*identity.values(), options.role, options.image or "", options.s3_output or "")
        result = report(
            self._trials,
            Redaction((*known, self._session.run)),
            region=self._connection.region,
            endpoint=self._connection.endpoint,
            epoch=self._session.epoch(),
        )
        file = options.result or _unused(f"{result['date']}-{self._connection.region}")
        try:
            write_result(file, result)
            _write_notes(options.notes, self._connection.region, self._session.notes)
        except OSError as error:
            self._is_written = False
            _complain(f"writing {error.filename}: {error.strerror}; the result is printed instead")
            _say(json.dumps(result))
        counts = {
            verdict: sum(each.verdict == verdict for each in self._trials)
            for verdict in ("held", "differs", "not tried")
        }
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        _say(f"{told}; written to {file}" if self._is_written else told)


def _unused(stem: str) -> Path:
    """Return a file that there is not yet: an earlier run of the day may have its own."""
    names = chain([f"{stem}.json"], (f"{stem}-{number}.json" for number in count(2)))
    return next(file for file in map(Path, names) if not file.exists())


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _tell(trial: Trial) -> None:
    _say(f"{trial.verdict:9}  {trial.probe.name}{f': {trial.reason}' if trial.reason else ''}")
    for fact, each in trial.differs.items():
        _say(f"           {fact}: believed {each['believed']!r}, seen {each['seen']!r}")


def _read_notes(file: Path, region: str) -> dict[str, Any]:
    try:
        notes = json.loads(file.read_text())[region]
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or nobody's
        return {}
    return notes if isinstance(notes, dict) else {}


def _write_notes(file: Path, region: str, notes: dict[str, Any]) -> None:
    if not any(notes.values()):
        return
    try:
        kept = json.loads(file.read_text())
    except FileNotFoundError:
        kept = {}
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise FileExistsError(errno.EEXIST, "it is there, and holds no notes", str(file))
    file.write_text(json.dumps({**kept, region: notes}, indent=2) + "\n")


def _say(text: str) -> None:
    print(plain(text), flush=True)  # noqa: T201 - a person reads it


def _complain(text: str) -> None:
    print(plain(text), file=sys.stderr, flush=True)  # noqa: T201 - a person reads it
