"""Tags in AWS what the engine has registered, by which a lost create is recognised.

The engine answers a registration once it has written the new resource into the state. Then the
program tags it as recorded. Its gRPC stub hears the answer even if another resource has failed the
program by then. What has the tag is, or was, in some state; what has none was lost in a create. A
program that is killed in between leaves a resource which counts as lost; the next update or refresh
of it sets the tag.
"""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import pulumi
from pulumi.runtime.settings import get_monitor

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import batch_client
from sjresource.errors import SjresourceError
from sjresource.sanitize import plain
from sjresource.stack.config import stack_settings
from sjresource.stack.identity import TYPE_PREFIX, recorded_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.aws.settings import Settings

_AT_ONCE = 8
"""Tags that are set in parallel; botocore keeps ten connections."""

_UNTAGGED = "if its state is lost, or the stack renamed, it may be taken for a lost create"


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


class _TaggingRegister:
    """A stub's RegisterResource that tags what this run has created."""

    def __init__(self, register: Callable[..., Any], settings: Settings) -> None:
        self._register = register
        self._settings = settings
        self._began = time.time() * 1000
        self._threads = ThreadPoolExecutor(_AT_ONCE, "sjresource")
        self._has_warned = threading.Event()

    def __call__(self, request: Any, *arguments: Any, **keywords: Any) -> Any:
        answer = self._register(request, *arguments, **keywords)
        if request.type.startswith(TYPE_PREFIX) and self._is_new(answer):
            tag = recorded_tag(deleted_with=bool(request.deletedWith))
            try:
                self._threads.submit(self._tag, answer.id, tag)
            except RuntimeError:  # the program has ended, and only waits for this answer
                self._tag(answer.id, tag)
        return answer

    def _is_new(self, answer: Any) -> bool:
        registered = answer.object.fields.get("registered_at")
        return registered is not None and registered.number_value >= self._began

    def _tag(self, arn: str, tag: dict[str, str]) -> None:
        """Set the tag; where AWS refuses it the resource counts as lost: warn of that once."""
        parsed = parse_arn(arn)
        try:
            batch_client(self._settings, parsed.region if parsed else None).tag_resource(arn, tag)
        except SjresourceError as error:
            if not self._has_warned.is_set():
                self._has_warned.set()
                sys.stderr.write(f"warning: {plain(str(error))}; {_UNTAGGED}\n")
