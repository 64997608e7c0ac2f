"""What a start costs, split into Python, Pulumi, botocore's models, and us.

The plugin is started and asked as the engine does it: a process, its port on stdout, one Check. All
is processor time, which a busy machine changes less; a start waits for little else.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import psutil
from google.protobuf import struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from benchmarks.pairs import by_turns
from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.floor import FloorProvider, ModelsProvider
from benchmarks.stacks.payload import payload
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import ROOT, Stack, cpu_of_children
from benchmarks.table import Row
from sjresource.resources.service_job import ServiceJobProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS_AT_MOST = 50.0
_BARE = "pass"
_PULUMI = "import pulumi, pulumi.dynamic"
_PACKAGE = "import sjresource"
_PROGRAM = f"{_PULUMI}, sjresource; sjresource.ServiceJob"
_AWS_LOADED = f"{_PROGRAM}; import sys; sys.exit('pulumi_aws' in sys.modules)"


def rows(rounds: int) -> Iterator[Row]:
    """Time imports, the plugin and a one-job preview, by turns."""
    yield from _import_rows(rounds)
    loaded = subprocess.run([sys.executable, "-c", _AWS_LOADED], check=False).returncode
    yield Row("start-up", "pulumi_aws imported", loaded, "times", goal=0)
    providers = {"floor": FloorProvider, "models": ModelsProvider, "sjresource": ServiceJobProvider}
    measures = {
        kind: partial(first_answer, serialize_provider(provider()))
        for kind, provider in providers.items()
    }
    took = by_turns(rounds, measures)
    yield _row("the plugin's first answer: Python and Pulumi", took["floor"])
    yield _row("the plugin's first answer: botocore's models", took["models"], took["floor"])
    yield _row("the plugin's first answer: us", took["sjresource"], took["models"], _OURS_AT_MOST)
    took = _previews(rounds)
    yield _row("a preview of one job: Python and Pulumi", took["floor"])
    yield _row("a preview of one job: us", took["sjresource"], took["floor"], _OURS_AT_MOST)


def _import_rows(rounds: int) -> Iterator[Row]:
    texts = {"bare": _BARE, "pulumi": _PULUMI, "package": _PACKAGE, "program": _PROGRAM}
    took = by_turns(rounds, {name: partial(_run, text) for name, text in texts.items()})
    yield _row("`import sjresource`: Python", took["bare"])
    yield _row("`import sjresource`: us", took["package"], took["bare"], _OURS_AT_MOST)
    yield _row("a program's imports: Pulumi", took["pulumi"], took["bare"])
    yield _row("a program's imports: us", took["program"], took["pulumi"], _OURS_AT_MOST)


def _previews(rounds: int) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud") as cloud:
        measures = {}
        for kind in ("floor", "sjresource"):
            stack = Stack(Path(folder) / kind, cloud.environment)
            declared = Declared(kind, 1, cloud.queue)
            stack.up(declared)
            measures[kind] = partial(_preview, stack, declared)
        return by_turns(rounds, measures)


def _preview(stack: Stack, declared: Declared) -> float:
    stack.preview(declared)
    return stack.cpu_seconds


def _row(
    what: str, times: list[float], before: list[float] | None = None, goal: float | None = None
) -> Row:
    """Return a time, or by how much it is longer than `before`, round by round."""
    longer = [mine - other for mine, other in zip(times, before or [0] * len(times), strict=True)]
    return Row("start-up", what, 1000 * statistics.median(longer), "ms", goal=goal)


def _run(text: str) -> float:
    used = cpu_of_children()
    subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)
    return cpu_of_children() - used


def first_answer(provider: str) -> float:
    """Start the plugin, and give its processor time until it has checked one job."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.dynamic", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as plugin:
        try:
            if plugin.stdout is None:
                raise TypeError("its output is a pipe")
            with grpc.insecure_channel(f"127.0.0.1:{int(plugin.stdout.readline())}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                # A job that is there and gets a tag: AWS need not be asked.
                olds, news = _inputs(provider), _inputs(provider, tags={"team": "vision"})
                stub.Check(provider_pb2.CheckRequest(olds=olds, news=news))
            times = psutil.Process(plugin.pid).cpu_times()
            return times.user + times.system
        finally:
            plugin.kill()


def _inputs(provider: str, **more: Any) -> struct_pb2.Struct:
    urn = "urn:pulumi:measured::benchmark::pulumi-python:dynamic/sjresource:ServiceJob::train"
    given: dict[str, Any] = {
        "__provider": provider,
        "identity": f"organization/{urn}",
        "job_name": "train",
        "job_queue": "training",
        "service_job_type": "SAGEMAKER_TRAINING",
        "service_request_payload": payload(),
    }
    inputs = struct_pb2.Struct()
    inputs.update({**given, **more})
    return inputs
