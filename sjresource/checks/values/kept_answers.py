"""Answers that are kept for a while, so that many who ask at one time cost one call."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Answer = TypeVar("Answer")


class KeptAnswers(Generic[Answer]):
    """Answers by key, each kept for `seconds`. Threads that ask for one key wait for one answer."""

    def __init__(self, now: Callable[[], float], seconds: float) -> None:
        self._now = now
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept[Answer]] = {}

    def get(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """Give the answer that is kept for `key`, or `ask` for a new one."""
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
        with kept.lock:
            if kept.answers and self._now() - kept.at <= self._seconds:
                return kept.answers[0]
            kept.answers = [ask()]
            kept.at = self._now()
            return kept.answers[0]


class _Kept(Generic[Answer]):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers: list[Answer] = []
        self.at = 0.0
