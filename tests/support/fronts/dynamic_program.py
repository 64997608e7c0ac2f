"""A program of dynamic resources, run to its end without an engine: by Pulumi's own mocks."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto import engine_pb2, resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import wait_for_rpcs

from sjresource.native.values import read, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Register = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]


class RefusedError(Exception):
    """A check has failed, which ends the program as an engine does."""


class Ran(NamedTuple):
    """What came of a program.

    Attributes:
        rows: what was said on rows, warnings and errors.
        error: what ended it; None if nothing did.
        outputs: what the program had in its hands in the end.
    """

    rows: list[str]
    error: BaseException | None
    outputs: dict[str, Any]


class _Engine(MockMonitor):
    """An engine that registers as it is told, and listens."""

    def __init__(self, register: Register, on_progress: Callable[[], None]) -> None:
        super().__init__(_NoMocks())
        self._register = register
        self._on_progress = on_progress
        self.rows: list[str] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Register one; unlike Pulumi's own this needs no event loop in each thread."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        id_, state = self._register(request.name, read(request.object).values)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=write(state))

    def Log(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Hear a line."""
        if request.severity in (engine_pb2.WARNING, engine_pb2.ERROR):
            self.rows.append(request.message)
        elif request.ephemeral:
            self._on_progress()
        return empty_pb2.Empty()


class _NoMocks(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError(args.name)

    def call(self, args: MockCallArgs) -> Any:
        raise NotImplementedError(args.token)


def run_program(
    declare: Callable[[], Mapping[str, pulumi.Output[Any]]],
    register: Register,
    config: Mapping[str, str],
    on_progress: Callable[[], None] = lambda: None,
) -> Ran:
    """Run a program as the stack `prod` of the project `vision`, in a thread of its own.

    Args:
        declare: the program; returns Outputs whose values are asked for.
        register: answers a registration by name and inputs; an error of it ends the program.
        config: the stack's.
        on_progress: is called for each line of progress, before the program goes on.
    """
    engine = _Engine(register, on_progress)

    async def run() -> Ran:
        set_all_config(dict(config))
        SETTINGS.outputs = set()
        set_mocks(
            _NoMocks(),
            monitor=engine,
            project="vision",
            stack="prod",
            organization="organization",
        )
        SETTINGS.engine = engine
        try:
            outputs = dict(declare())
            await wait_for_rpcs()
            told = {name: await each.future() for name, each in outputs.items()}
            ran = Ran(engine.rows, None, told)
        except Exception as error:  # noqa: BLE001 - which one is the question
            ran = Ran(engine.rows, error, {})
        # Lines of the log that are on their way: the engine's order to shut down lets them come.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*left, return_exceptions=True)
        return ran

    before = {name: contextvars.Context().run(getattr, SETTINGS, name) for name in _SET}
    # What the program makes stays young: to look through all that tests have made takes long.
    gc.disable()
    try:
        with warnings.catch_warnings(), ThreadPoolExecutor(1) as threads:
            # What the SDK has prepared for a registration that fails is never awaited.
            warnings.filterwarnings("ignore", "coroutine 'Output", RuntimeWarning)
            program = contextvars.Context()
            ran = threads.submit(program.run, lambda: asyncio.run(run())).result()
            if ran.error:
                ran.error.__traceback__ = None
                gc.collect(0)
            return ran
    finally:
        gc.enable()
        for name, value in before.items():
            contextvars.Context().run(setattr, SETTINGS, name, value)


_SET = (
    *("engine", "monitor", "monitor_features", "outputs", "rpc_manager", "callbacks"),
    *("project", "stack", "organization", "dry_run"),
)
"""What the SDK has of a program; the first value of each is also that of all other contexts."""
