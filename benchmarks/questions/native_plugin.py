"""The native provider's plugin alone, without an engine: its start, its schema, and its waits.

The process is started and asked as the engine does it. A start is compared with the dynamic
plugin's, in processor time until it has checked one job; waits are in per cent of one core.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import grpc
import psutil
from google.protobuf import struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from benchmarks.pairs import by_turns
from benchmarks.questions.startup import first_answer
from benchmarks.questions.waiting import cpu_percent, fill, variables
from benchmarks.stacks.payload import payload
from benchmarks.table import Row
from sjresource.emulator import Clock, Emulator
from sjresource.resources.service_job import ServiceJobProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_START_GOAL = 1.25
_SCHEMA_GOAL = 30.0
_WAITING_GOAL = 2.0
_URN = "urn:pulumi:measured::benchmark::sjresource:index:"


def rows(starts: int, completions: int, seconds: float) -> Iterator[Row]:
    """Start plugins by turns, ask one for its schema, and let one wait."""
    dynamic = serialize_provider(ServiceJobProvider())
    measures: dict[str, Callable[[], float]] = {
        "dynamic": partial(first_answer, dynamic),
        "native": _first_native_answer,
    }
    took = by_turns(starts, measures)
    ratio = statistics.median(
        mine / other for mine, other in zip(took["native"], took["dynamic"], strict=True)
    )
    native, other = (1000 * statistics.median(took[kind]) for kind in ("native", "dynamic"))
    what = "the plugin's first answer: native / dynamic"
    yield Row("native", what, native, "ms", other, ratio, _START_GOAL)
    schema, percent = _schema_and_waiting(completions, seconds)
    yield Row("native", "the schema, answered", 1000 * schema, "ms", goal=_SCHEMA_GOAL)
    what = f"{completions} completions waiting: CPU"
    yield Row("native", what, percent, "%", goal=_WAITING_GOAL)


@contextmanager
def _plugin(environment: Mapping[str, str]) -> Iterator[tuple[psutil.Process, Any]]:
    """Start the plugin; yield its process, and a stub that asks it."""
    with subprocess.Popen(
        [sys.executable, "-m", "sjresource.native.plugin.serving"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            if process.stdout is None:
                raise TypeError("its output is a pipe")
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                yield (
                    psutil.Process(process.pid),
                    provider_pb2_grpc.ResourceProviderStub(channel),
                )
        finally:
            process.kill()


def _first_native_answer() -> float:
    """Start the plugin, and return its processor time until it has checked one job."""
    with _plugin({}) as (process, stub):
        stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
        # A job that is there and gets a tag: AWS need not be asked.
        stub.Check(
            provider_pb2.CheckRequest(
                urn=f"{_URN}ServiceJob::train", olds=_job(), news=_job(tags={"team": "vision"})
            )
        )
        times = process.cpu_times()
        return float(times.user + times.system)


def _job(**more: Any) -> struct_pb2.Struct:
    return _struct(jobName="train", jobQueue="training", serviceRequestPayload=payload(), **more)


def _struct(**values: Any) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def _schema_and_waiting(completions: int, seconds: float) -> tuple[float, float]:
    """Return the seconds in which a plugin that has just started answers for its schema.

    And the processor's time that waits take once all of them have begun, in per cent.
    """
    with Emulator(clock=Clock(0)) as emulator:
        jobs = fill(emulator, completions)
        with _plugin(variables(emulator)) as (process, stub):
            began = time.perf_counter()
            stub.GetSchema(provider_pb2.GetSchemaRequest())
            schema = time.perf_counter() - began
            stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
            waits = [
                stub.Create.future(
                    provider_pb2.CreateRequest(
                        urn=f"{_URN}ServiceJobCompletion::trained-{number}",
                        properties=_struct(job=job),
                    )
                )
                for number, job in enumerate(jobs)
            ]
            cpu_percent(process, seconds / 3)  # until all have begun
            percent = cpu_percent(process, seconds)
            if any(wait.done() for wait in waits):
                raise RuntimeError("a wait has ended whose job goes on")
        return schema, percent
