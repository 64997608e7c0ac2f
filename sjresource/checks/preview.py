"""Caches AWS's answers for one preview or update, and the warnings shown in it, for half a minute.

The process of the engine's plugin serves one preview or one update, in several threads. A hundred
jobs of one queue ask AWS once, and a replacement, which is checked twice, is warned of once.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.clients import batch_client
from sjresource.aws.payload import is_unknown
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.checks.preflight.unreachable import unreachable_warning
from sjresource.checks.rules.requests import LET_PASS
from sjresource.errors import SjresourceError
from sjresource.process.threads import begin
from sjresource.sanitize import plain
from sjresource.stack.identity import name_of
from sjresource.warning import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Settings
    from sjresource.checks.preflight.job import QueueCheck
    from sjresource.problem import Problem
    from sjresource.stack.config import CheckSettings

Value = TypeVar("Value")

_KEPT_SECONDS = 30.0
_MANAGED = "this stack manages it, so this may be about to change"
_ANY_QUEUE = "sjresource"
"""A name to ask for where the queue is still to be made: only whether AWS answers matters."""


class TTLCache(Generic[Value]):
    """Values by key, each kept for `seconds`. Threads that want one key wait for one call."""

    def __init__(self, now: Callable[[], float], seconds: float) -> None:
        self._now = now
        self._seconds = seconds
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry[Value]] = {}

    def get(self, key: Hashable, call: Callable[[], Value]) -> Value:
        """Return the value kept for `key`, or that of a new `call`."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            if not entry.values or self._now() - entry.at > self._seconds:
                entry.values = [call()]
                entry.at = self._now()
            return entry.values[0]

    def begin(self, key: Hashable, call: Callable[[], Value]) -> None:
        """Start the `call` for a new key, so that `get` finds its value, or waits for it."""
        with self._lock:
            is_new = key not in self._entries
        if is_new:
            begin(lambda: self.get(key, call))  # if it fails, `get` makes it again, and raises


class _Entry(Generic[Value]):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[Value] = []
        self.at = 0.0


class PreviewCache:
    """Checks against described queues, whether AWS was asked, warnings, and undecided jobs."""

    def __init__(self) -> None:
        self.queues: TTLCache[QueueCheck] = TTLCache(time.monotonic, _KEPT_SECONDS)
        self.asked: TTLCache[bool] = TTLCache(time.monotonic, _KEPT_SECONDS)
        self.warned: TTLCache[None] = TTLCache(time.monotonic, _KEPT_SECONDS)
        self.undecided: set[str] = set()
        """Identities of jobs that may turn out to be unchanged once everything is known."""
        self.rooms: dict[str, Any] = {}
        """What the jobs in the state ask of their queues, by identity."""

    def warn(self, text: str) -> None:
        """Show a warning, once for each text: a check can only fail otherwise."""
        self.warned.get(text, lambda: warn(text))

    def warn_of_unreachable(self, settings: Settings, error: SjresourceError) -> None:
        """Warn that AWS could not be asked, and why; not where AWS only refused to answer."""
        text = unreachable_warning(error, settings)
        if text:
            self.warn(text)

    def client(self, settings: Settings, region: str | None) -> BatchClient | None:
        """Return a client; without a region or its profile warn, and return None."""
        try:
            return batch_client(settings, region, OPTIONAL_TIMEOUTS)
        except SjresourceError as error:
            self.warn_of_unreachable(settings, error)
            return None

    def warn_if_unreachable(self, settings: Settings) -> None:
        """Warn if AWS cannot be asked, where what would be asked about is still to be made."""

        def ask() -> bool:
            client = self.client(settings, settings.region)
            try:
                return bool(client and client.find_many(JOB_QUEUE, [_ANY_QUEUE]))
            except SjresourceError as error:
                self.warn_of_unreachable(settings, error)
                return False

        self.asked.get(settings, ask)

    def failing(
        self,
        noun: str,
        properties: Mapping[str, Any],
        problems: Iterable[tuple[Problem, bool]],
        checking: CheckSettings,
    ) -> Iterator[Problem]:
        """Yield the problems that fail, and warn of the others.

        Each comes with whether the same `up` may be about to repair it.
        """
        for problem, repairable in problems:
            if repairable or checking.lenient:
                why = _MANAGED if repairable else LET_PASS
                text = f"checking {noun} ({_name(properties)}): {problem.path} {problem.reason}"
                self.warn(f"{plain(text)}; {why}")
            else:
                yield problem


PREVIEW = PreviewCache()


def _name(properties: Mapping[str, Any]) -> str:
    identity = properties.get("identity")
    known = isinstance(identity, str) and not is_unknown(identity)
    return name_of(str(identity)) if known else "not known yet"
