"""The emulator as an object: puts its parts together, starts and stops them.

`python -m sjresource.emulator` runs one in a process of its own. Emulators in one process share
what moto holds (S3, IAM, STS, logs), but not queues and jobs.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from sjresource.emulator.api.batch import Batch
from sjresource.emulator.api.behaviour import Behaviour
from sjresource.emulator.clock import Clock
from sjresource.emulator.controls.call_log import CallLog
from sjresource.emulator.controls.faults import Faults
from sjresource.emulator.controls.routes import ControlRoutes
from sjresource.emulator.executors.scripts import ScriptRules
from sjresource.emulator.executors.simulated import SimulatedExecutor
from sjresource.emulator.lifecycle.lifecycle import Lifecycle
from sjresource.emulator.server.access import Access
from sjresource.emulator.server.application import Application
from sjresource.emulator.server.connections import cut_connection
from sjresource.emulator.server.page import EmulatorControls, EmulatorSource
from sjresource.emulator.server.router import ServiceRouter
from sjresource.emulator.server.server import Server
from sjresource.emulator.server.sigv4 import Authenticator
from sjresource.emulator.services.logs import LogsPersistence
from sjresource.emulator.services.moto import MotoServices, Persistence
from sjresource.emulator.services.s3 import S3Persistence
from sjresource.emulator.services.sagemaker import TrainingJobs
from sjresource.emulator.services.sts import WebIdentities
from sjresource.emulator.store.address import Address, stored_address
from sjresource.emulator.store.credentials import Keyring, credentials_in, new_credentials
from sjresource.emulator.store.damage import DamagedError
from sjresource.emulator.store.data_folder import BATCH, LOGS, OBJECTS, claim
from sjresource.emulator.store.data_lock import DataLock
from sjresource.emulator.store.store import Store
from sjresource.page import PageApp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from typing_extensions import Self

    from sjresource.emulator.executors.interface import Executor, TrainingJob
    from sjresource.emulator.executors.scripts import Script
    from sjresource.emulator.store.credentials import Credentials

_GRACE_SECONDS: Final = 0.7
_LOG: Final = logging.getLogger(__name__)


@runtime_checkable
class EndsLeftovers(Protocol):
    """An executor that can kill whatever runs in its folder."""

    def end_leftovers(self) -> list[str]:
        """Kill what runs; return the names of the training jobs."""


class Emulator:
    """An emulator that serves between `start` and `stop`, or in a `with` block.

    Without `data`, a folder, nothing is kept on disk. Without `port` it listens where it did the
    last time with this folder, if that is free, else on a free port, as with 0. `clock=Clock(0)`
    stands still until `clock.advance(seconds)`. `executor` makes the executor once the server's URL
    is known; the default one simulates.

    Raises:
        DataLockedError: another emulator uses the folder.
        ForeignFolderError: the folder holds files that no emulator made.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        clock: Clock | None = None,
        executor: Callable[[str, Credentials], Executor] | None = None,
        behaviour: Behaviour | None = None,
        script: Script | None = None,
        web_identity_tokens: Collection[str] = (),
    ) -> None:
        self.clock = clock or Clock()
        """The time by which jobs run."""
        self.behaviour = behaviour or Behaviour()
        """What AWS's documents leave open; may be changed while the emulator serves."""
        self.faults = Faults(time.sleep)
        """Faults to inject: `faults.add(Fault("SubmitServiceJob", "drop_after"))`."""
        self.calls = CallLog(time.time)
        """The call log: `calls.counts()` by operation, `calls.latest()` one by one."""
        self.rules = ScriptRules(script)
        """Scripts of simulated jobs: `rules.add(Rule("train-*", [Script(running=3600)]))`."""
        self.web_identities = WebIdentities(web_identity_tokens, time.time)
        """Tokens that STS trusts without a key: `web_identities.issue()` returns a new one."""
        with contextlib.ExitStack() as opened:  # closed again if the rest fails
            self._data_lock = None if data is None else _lock_data(data, opened)
            self.credentials: Credentials
            """The only key that is accepted, apart from those that STS issues."""
            self.credentials = new_credentials() if data is None else credentials_in(data)
            self._address = Address() if data is None else stored_address(data)
            self._store = Store(None if data is None else data / BATCH)
            opened.callback(self._store.close)
            self._catch_up()
            self._moto = MotoServices(
                {}
                if data is None
                else {
                    "s3": _persistence(S3Persistence, data / OBJECTS, opened),
                    "logs": _persistence(LogsPersistence, data / LOGS, opened),
                }
            )
            self._keyring = Keyring(self.credentials, time.time)
            self._authenticator = Authenticator(self._keyring, time.time)
            free = self._address.port_to_try(port, host)
            self._server = Server(self._application, host, free, admit=self._authenticator.admit)
            opened.callback(self._server.stop)
            if data is not None:
                self._address.store(data, self._server.port)
            self.faults.sleep = self._server.sleep
            self._executor: Executor = (
                SimulatedExecutor(self.clock, self._script)
                if executor is None
                else executor(self.url, self.credentials)
            )
            self._lifecycle = Lifecycle(self._store, self.clock, self._executor, self.rules)
            self._wsgi = self._make_application()
            self._opened = opened.pop_all()

    @property
    def url(self) -> str:
        """The endpoint of all services."""
        return self._server.url

    @property
    def page_url(self) -> str:
        """The queue page's URL; whoever has it may read everything, and move the clock."""
        return self._page.auth.url(self.url)

    def start(self) -> Self:
        """Start to serve and to run jobs; returns at once."""
        self._lifecycle.start()
        self._server.start()
        if self._data_lock is not None:
            self._data_lock.announce(self.url, self.page_url)
        return self

    def stop(self) -> None:
        """Stop serving, end every training job, and close everything."""
        self._lifecycle.close()
        self._end_training()  # while we still serve: training jobs still write logs
        self._opened.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _catch_up(self) -> None:
        """Move the clock to the newest time in the records, which may be ahead of the real one."""
        behind = self._store.newest_moment() / 1000 - self.clock.now()
        if behind > 0:
            self.clock.advance(behind)

    def _end_training(self) -> None:
        """Stop the training jobs, and kill them after a moment."""
        closing = threading.Thread(target=self._executor.close, daemon=True)
        closing.start()
        closing.join(_GRACE_SECONDS)
        if closing.is_alive() and isinstance(self._executor, EndsLeftovers):
            with contextlib.suppress(OSError):  # jobs that end clean up at the same time
                self._executor.end_leftovers()
            closing.join(_GRACE_SECONDS)

    def _application(
        self, environ: dict[str, object], start_response: Callable[..., object]
    ) -> object:
        return self._wsgi(environ, start_response)

    def _make_application(self) -> Application:
        batch = Batch(self._store, self.clock, self._lifecycle, self.behaviour)
        services = ServiceRouter(
            batch,
            TrainingJobs(self._store, self._executor, self._lifecycle),
            self._moto,
            self._keyring,
        )
        control = ControlRoutes(
            clock=self.clock,
            faults=self.faults,
            calls=self.calls,
            rules=self.rules,
            behaviour=self.behaviour,
            store=self._store,
            executor=self._executor,
            lifecycle=self._lifecycle,
            web_identities=self.web_identities,
        )
        source = EmulatorSource(services, self._store, self.clock, self._lifecycle)
        kept = None if self._data_lock is None else self._address.page
        self._page = PageApp(source, EmulatorControls(control), kept)
        return Application(
            access=Access(self._authenticator, self.web_identities),
            services=services,
            control=control,
            faults=self.faults,
            calls=self.calls,
            page=self._page,
            cut=cut_connection,
        )

    def _script(self, training_job: TrainingJob) -> Script:
        """Return the script of a training job's service job, without shortages that are over."""
        with self._store.transaction():
            record = self._store.training_job(training_job.region, training_job.name)
            job = None if record is None else self._store.job(record.job_id)
            if job is None:
                return self.rules.default
            script = self.rules.script(
                job.id, job.name, len(job.attempts) + 1, lambda: self._store.payload(job.id)
            )
        return replace(script, capacity_errors=max(0, script.capacity_errors - job.shortages))


def _lock_data(data: Path, opened: contextlib.ExitStack) -> DataLock:
    claim(data)
    data_lock = DataLock(data)
    opened.callback(data_lock.release)
    return data_lock


def _persistence(
    kind: Callable[[Path], Persistence], path: Path, opened: contextlib.ExitStack
) -> Persistence | DamagedError:
    try:
        persistence = kind(path)
    except DamagedError as damage:
        _LOG.error("%s; all other services go on", damage)
        return damage
    opened.callback(persistence.close)
    return persistence
