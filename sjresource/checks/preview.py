"""Caches AWS's answers for one preview or update, and the warnings shown in it, for half a minute.

The process of the engine's plugin serves one preview or one update, in several threads. A hundred
jobs of one queue ask AWS once, and a replacement, which is checked twice, is warned of once.
"""

from __future__ import annotations

import threading
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sjresource.aws.arn import name_in
from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.clients import batch_client
from sjresource.aws.payload import is_unknown
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.checks.preflight.unreachable import unreachable_warning
from sjresource.checks.rules.requests import LET_PASS
from sjresource.errors import NotFound, SjresourceError
from sjresource.process.threads import begin
from sjresource.sanitize import plain
from sjresource.stack.identity import name_of
from sjresource.warning import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from sjresource.aws.batch import BatchClient, ResourceKind
    from sjresource.aws.settings import Settings
    from sjresource.checks.preflight.job import QueueCheck
    from sjresource.problem import Problem
    from sjresource.stack.config import CheckSettings

    Detail = Mapping[str, Any]

Value = TypeVar("Value")

_KEPT_SECONDS = 30.0
MANAGED = "this stack manages it, so this may be about to change"
_FIRST_PAGE = 100
"""What one call tells: nobody waits for a preview that lists a whole region."""
_MOST_DESCRIBED = 5
"""The most jobs that a preview describes because they have a new job's name."""


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
        self.there: TTLCache[Sequence[Detail] | None] = TTLCache(time.monotonic, _KEPT_SECONDS)
        """What there is of a kind of resource, or of a queue's jobs; None if AWS does not tell."""
        self.warned: TTLCache[None] = TTLCache(time.monotonic, _KEPT_SECONDS)
        self.undecided: set[str] = set()
        """Identities of jobs that may turn out to be unchanged once everything is known."""
        self.rooms: dict[str, Any] = {}
        """What the jobs in the state ask of their queues, by identity."""
        self.existing: set[str] = set()
        """Identities of jobs that the state has: their replacements are checked as new ones."""
        self.jobs: TTLCache[Detail | NotFound | None] = TTLCache(time.monotonic, _KEPT_SECONDS)
        """Descriptions of jobs that a new one may be, or is to be."""
        self._described: set[str] = set()
        self._lock = threading.Lock()

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
        self._listed(settings, JOB_QUEUE)

    def find_named(
        self, settings: Settings, kind: ResourceKind, name: str, within: str = ""
    ) -> Detail | None:
        """Return what has a name in AWS, as far as one call for each kind and preview can tell.

        Args:
            settings: of its region.
            kind: its kind.
            name: its name.
            within: the queue of a share.
        """
        if self._listed(settings, JOB_QUEUE) is None:  # each call that is not answered takes long
            return None
        listed = self._listed(settings, kind, within) or ()
        found = next((each for each in listed if name_in(each[kind.arn]) == name), None)
        client = self.client(settings, settings.region)
        if found is None or client is None or kind.list == kind.describe:
            return found
        try:
            return client.find(kind, found[kind.arn])
        except SjresourceError:
            return None

    def may_describe(self, job_id: str) -> bool:
        """Return whether one more job may be described in this preview."""
        with self._lock:
            if len(self._described) < _MOST_DESCRIBED:
                self._described.add(job_id)
            return job_id in self._described

    def _listed(
        self, settings: Settings, kind: ResourceKind, within: str = ""
    ) -> Sequence[Detail] | None:
        """Return the first page of what the region has of a kind; None if AWS does not tell."""

        def ask() -> Sequence[Detail] | None:
            client = self.client(settings, settings.region)
            try:
                return list(islice(client.list_all(kind, within), _FIRST_PAGE)) if client else None
            except SjresourceError as error:
                if kind is JOB_QUEUE:  # AWS answers, and what it refuses of another is no news
                    self.warn_of_unreachable(settings, error)
                return None

        return self.there.get((settings, kind, within), ask)

    def failing(
        self,
        noun: str,
        properties: Mapping[str, Any],
        problems: Iterable[tuple[Problem, str]],
        checking: CheckSettings,
    ) -> Iterator[Problem]:
        """Yield the problems that fail, and warn of the others.

        Each comes with why it may be none once the `up` is there, such as `MANAGED`; "" if it is
        one.
        """
        for problem, doubt in problems:
            if doubt or checking.lenient:
                why = doubt or LET_PASS
                text = f"checking {noun} ({_name(properties)}): {problem.path} {problem.reason}"
                self.warn(f"{plain(text)}; {why}")
            else:
                yield problem


PREVIEW = PreviewCache()


def _name(properties: Mapping[str, Any]) -> str:
    identity = properties.get("identity")
    known = isinstance(identity, str) and not is_unknown(identity)
    return name_of(str(identity)) if known else "not known yet"
