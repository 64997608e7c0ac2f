"""Tags in AWS what a state has recorded, by which a create tells a lost run from a recorded one.

A dynamic program hears that the engine has written a new resource into the state; a provider does
not. What it sees of the engine tells it:

| the engine                                               | the resource is               |
| -------------------------------------------------------- | ----------------------------- |
| asks for what depends on the resource                    | written                       |
| asks for another change, seconds after the answer        | written, as it does in order  |
| ends the plugin, seconds after the answer                | written                       |
| ends the plugin after 20 s or more without another word  | perhaps not: it may have tried |
| goes on for a minute                                     | written                       |
| is gone                                                  | perhaps not                   |

What is perhaps not written stays unmarked, and the next `pulumi up` takes it for the lost create
that it may be.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from sjresource.aws.arn import region_in
from sjresource.aws.clients import batch_client
from sjresource.errors import SjresourceError
from sjresource.stack.registration import UNTAGGED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.aws.settings import Settings

_IN_LINE = 3.0
"""Seconds that an answer waits at most, after others, until it is written."""

_GIVES_UP_AFTER = 20.0
"""Seconds in which an engine that can't write its state has not given up yet; it tries for 35."""

_WRITTEN_AFTER = 60.0
"""Seconds after which an engine that goes on has written its state."""

_LAST_TAGS = 4.0
"""Seconds that the plugin's end waits at most for tags that are being set."""

_AT_ONCE = 8
"""Tags that are set in parallel; botocore keeps ten connections."""


class _Created(NamedTuple):
    """A resource that was created: its row, the tags that are to be set, and when it was."""

    urn: str
    tags: Mapping[str, str]
    at: float


class Recorder:
    """The resources that were created, until they are tagged as recorded."""

    def __init__(
        self,
        engine_is_there: Callable[[], bool],
        warn: Callable[[str, str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine_is_there = engine_is_there
        self._warn = warn
        self._now = now
        self._settings: Settings | None = None
        self._created: dict[str, _Created] = {}
        """By ARN."""
        self._written_until = float("-inf")
        """When what the engine has surely written by now was answered, at the latest."""
        self._being_tagged = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._has_warned = False

    def add(self, settings: Settings, arn: str, urn: str, tags: Mapping[str, str]) -> None:
        """Note that a create of this resource is answered now, and the tags that are to be set."""
        with self._changed:
            self._settings = settings
            self._created[arn] = _Created(urn, tags, self._now())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
                self._thread.start()

    def go_on(self) -> None:
        """Note that the engine asks for a change: it has written what was answered long before."""
        with self._changed:
            self._written_until = self._now() - _IN_LINE
            self._changed.notify()

    def tag(self, arns: Iterable[str]) -> None:
        """Tag those of these that were created: what depends on them is asked for by now."""
        with self._changed:
            taken = [(arn, self._created.pop(arn)) for arn in arns if arn in self._created]
            self._being_tagged += len(taken)
        if not taken:
            return
        try:
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                list(threads.map(lambda each: self._tag(*each), taken))
        finally:
            with self._changed:
                self._being_tagged -= len(taken)
                self._changed.notify_all()

    def tag_all(self) -> None:
        """Tag what is written, as the engine ends the plugin: unless it is gone itself.

        Blocks until what other threads are tagging is tagged, too: some seconds at most.
        """
        with self._changed:
            since = self._now() - _GIVES_UP_AFTER
            arns = [
                arn
                for arn, each in self._created.items()
                if each.at >= since or each.at <= self._settled()
            ]
        if arns and self._engine_is_there():
            self.tag(arns)
        with self._changed:
            self._changed.wait_for(lambda: not self._being_tagged, _LAST_TAGS)

    def _run(self) -> None:
        while arns := self._wait_for_written():
            if not self._engine_is_there():
                return
            self.tag(arns)

    def _wait_for_written(self) -> list[str]:
        """Return the ARNs of which the state has been told by now; none if nothing is left."""
        while True:
            with self._changed:
                if not self._created:
                    self._thread = None
                    return []
                settled = self._settled()
                arns = [arn for arn, each in self._created.items() if each.at <= settled]
                if arns:
                    return arns
                first = min(each.at for each in self._created.values())
                self._changed.wait(max(0.0, first + _WRITTEN_AFTER - self._now()))

    def _settled(self) -> float:
        """Return when what is written by now was answered, at the latest."""
        return max(self._written_until, self._now() - _WRITTEN_AFTER)

    def _tag(self, arn: str, created: _Created) -> None:
        """Set the tag; where AWS refuses it the resource counts as lost: warn of that once."""
        settings = self._settings
        if settings is None:
            return
        try:
            client = batch_client(settings, region_in(arn))
            client.tag_resource(arn, dict(created.tags))
        except SjresourceError as error:
            if not self._has_warned:
                self._has_warned = True
                self._warn(created.urn, f"{error}; {UNTAGGED}")
