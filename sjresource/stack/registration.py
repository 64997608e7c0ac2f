"""Tags in AWS what the engine has registered, by which a lost create is recognised.

The engine answers a registration once it has written the new resource into the state. Then the
program tags it as recorded. Its gRPC stub hears the answer even if another resource has failed the
program by then. What has the tag is, or was, in some state; what has none was lost in a create. A
program that is killed in between leaves a resource which counts as lost; the next update or refresh
of it sets the tag.

The tag is the last thing that an `up` waits for, and boto3 takes a quarter of a second to load. So
it is loaded while the engine is still busy with what seems to be a change; a program without
changes never loads it.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import pulumi
from pulumi.runtime.settings import get_monitor

from sjresource.aws.arn import region_in
from sjresource.aws.clients import batch_client
from sjresource.errors import SjresourceError
from sjresource.process.threads import begin
from sjresource.sanitize import plain
from sjresource.stack.config import stack_settings
from sjresource.stack.identity import recorded_tag
from sjresource.vocabulary import TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.aws.settings import Settings

_AT_ONCE = 8
"""Tags that are set in parallel; botocore keeps ten connections."""

_FIRST_LOOK = 0.5
"""Seconds in which the engine starts its plugin and has found the first resource unchanged."""
_OVERTAKEN_BY = 8
"""The engine compares one resource after the other: so many that are answered before an older one
are no accident. That one is being changed."""

UNTAGGED = "if its state is lost, or the stack renamed, it may be taken for a lost create"
"""What it means that AWS refuses the tag *recorded*."""


def tag_what_is_registered() -> None:
    """Wrap the stub of this run, once, so that new resources are tagged as recorded.

    The SDK doesn't tell a program of a registration that is answered after another one has failed.
    Its stub's methods are plain attributes, and the program waits for their answers at its end.
    """
    monitor: Any = get_monitor()
    register = vars(monitor).get("RegisterResource") if monitor is not None else None
    if pulumi.runtime.is_dry_run() or register is None or monitor in _wrapped:
        return
    _wrapped.add(monitor)
    monitor.RegisterResource = _TaggingRegister(register, stack_settings())


_wrapped: WeakSet[Any] = WeakSet()
"""The stubs that are wrapped, one for each run of a program."""


def let_registrations_begin() -> None:
    """Have the SDK wait for this run's registrations in turn, as in a program that awaits.

    At the end of a program of which no registration has begun it waits for all Outputs at once, and
    for all that are left when one of them is there: quadratic in their number. With something in
    its list of calls it lets the registrations begin first, which then are in that list, too.
    """
    monitor: Any = get_monitor()
    calls = getattr(_rpc_manager(), "rpcs", None)
    if monitor is None or calls is None or monitor in _begun:
        return
    _begun.add(monitor)
    over = asyncio.get_event_loop().create_future()
    over.set_result(None)
    calls.append(over)


def _rpc_manager() -> Any:
    """Return the SDK's list of its calls to the engine; None where this version has none there."""
    find = getattr(pulumi.runtime.settings, "_get_rpc_manager", None)
    return find() if find else None


_begun: WeakSet[Any] = WeakSet()
"""The stubs of the runs whose registrations are waited for in turn."""


class Pending:
    """The registrations that the engine has not answered: a context manager around each.

    Calls `on_change`, once, when one of them seems to be a change: it is the first, and has taken
    longer than one that is unchanged; or many younger ones have been answered before it.
    """

    def __init__(
        self,
        on_change: Callable[[], object],
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        self._on_change = on_change
        self._later = later or _after
        self._numbers = itertools.count()
        self._open: dict[int, list[int]] = {}
        """The numbers of those that are not answered, by thread."""
        self._answered = -1
        self._has_begun = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._open.setdefault(threading.get_ident(), []).append(next(self._numbers))
            starts, self._has_begun = not self._has_begun, True
        if starts:
            self._later(_FIRST_LOOK, self._look)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            numbers = self._open[threading.get_ident()]
            self._answered = max(self._answered, numbers.pop())
            if not numbers:
                del self._open[threading.get_ident()]

    def _look(self) -> None:
        with self._lock:
            oldest = min((min(each) for each in self._open.values()), default=None)
            if oldest is None:
                self._has_begun = False  # the next one looks again
                return
            is_change = self._answered < 0 or self._answered - oldest >= _OVERTAKEN_BY
        if is_change:
            self._on_change()
        else:
            self._later(_FIRST_LOOK, self._look)


def _after(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


class _TaggingRegister:
    """A stub's RegisterResource that tags what this run has created."""

    def __init__(self, register: Callable[..., Any], settings: Settings) -> None:
        self._register = register
        self._settings = settings
        self._began = time.time() * 1000
        self._threads = ThreadPoolExecutor(_AT_ONCE, "sjresource")
        self._has_warned = threading.Event()
        self._pending = Pending(lambda: begin(self._open_client))

    def __call__(self, request: Any, *arguments: Any, **keywords: Any) -> Any:
        if request.type.startswith(TYPE_PREFIX):
            with self._pending:
                answer = self._register(request, *arguments, **keywords)
        else:
            answer = self._register(request, *arguments, **keywords)
        if request.type.startswith(TYPE_PREFIX) and self._is_new(answer):
            tag = recorded_tag(deleted_with=bool(request.deletedWith))
            try:
                self._threads.submit(self._tag, answer.id, tag)
            except RuntimeError:  # the program has ended, and only waits for this answer
                self._tag(answer.id, tag)
        return answer

    def _open_client(self) -> None:
        """Have boto3 loaded; a client that can't be made is reported by the tag."""
        batch_client(self._settings)

    def _is_new(self, answer: Any) -> bool:
        registered = answer.object.fields.get("registered_at")
        return registered is not None and registered.number_value >= self._began

    def _tag(self, arn: str, tag: dict[str, str]) -> None:
        """Set the tag; where AWS refuses it the resource counts as lost: warn of that once."""
        try:
            batch_client(self._settings, region_in(arn)).tag_resource(arn, tag)
        except SjresourceError as error:
            if not self._has_warned.is_set():
                self._has_warned.set()
                sys.stderr.write(f"warning: {plain(str(error))}; {UNTAGGED}\n")
