"""What a measured stack declares: so many equal jobs in one queue, or as many of something else.

Runs in the program's process, as its `__main__.py`; `Declared` comes in the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pulumi

from benchmarks.stacks.call_counts import SUBMITTED_AT
from benchmarks.stacks.payload import payload

if TYPE_CHECKING:
    from collections.abc import Sequence

_VARIABLE = "SJRESOURCE_BENCHMARK"

TEXT = "from benchmarks.stacks.program import run\nrun()\n"
"""The stack's `__main__.py`."""


@dataclass(frozen=True)
class Declared:
    """The stack's content, or a part. `changed` jobs have another hyperparameter than at first."""

    kind: str
    jobs: int
    queue: str = ""
    changed: int = 0
    latency: float = 0.0
    waits: bool = False
    more_plugins: int = 0
    asynchronous: bool = False
    name: str = "train"


def environment(parts: Sequence[Declared]) -> dict[str, str]:
    """Return what the program needs in its environment."""
    return {_VARIABLE: json.dumps([asdict(part) for part in parts])}


def run() -> None:
    """Declare what the environment says."""
    for declared in (Declared(**part) for part in json.loads(os.environ[_VARIABLE])):
        if declared.asynchronous:
            pulumi.run(partial(_declare_asynchronously, declared))
        else:
            _declare(declared)


async def _declare_asynchronously(declared: Declared) -> None:
    _declare(declared)
    # The registrations begin: the SDK waits for them then, not for all Outputs at once.
    await asyncio.sleep(0)


def _declare(declared: Declared) -> None:
    resource = _RESOURCES[declared.kind](declared)
    jobs = [
        resource(
            f"{declared.name}-{number}",
            job_queue=declared.queue,
            service_request_payload=payload(20 if number < declared.changed else 10),
            tags={"team": "vision"},
            retry_strategy={"attempts": 2},
        )
        for number in range(declared.jobs)
    ]
    if declared.waits and declared.kind == "native":
        arns = [job.jobArn for job in jobs]
        pulumi.CustomResource("sjresource:index:ServiceJobCompletion", "trained", {"jobs": arns})
    elif declared.waits:
        import sjresource as sj  # noqa: PLC0415 - a user's program imports it; the floor must not

        sj.ServiceJobCompletion("trained", jobs=jobs)


def _service_job(declared: Declared) -> Any:
    import sjresource as sj  # noqa: PLC0415 - the same

    plugins = [
        pulumi.ProviderResource("pulumi-python", f"more-{number}", {})
        for number in range(declared.more_plugins)
    ]
    choice = cycle([None, *(pulumi.ResourceOptions(provider=plugin) for plugin in plugins)])
    return lambda name, **given: sj.ServiceJob(name, opts=next(choice), **given)


def _floor(declared: Declared) -> Any:
    from benchmarks.stacks.floor import Floor  # noqa: PLC0415 - the same

    return lambda name, **arguments: Floor(name, declared.latency, **arguments)


_CAMEL = {
    "job_queue": "jobQueue",
    "service_request_payload": "serviceRequestPayload",
    "tags": "tags",
    "retry_strategy": "retryStrategy",
}


class _NativeJob(pulumi.CustomResource):
    """What an SDK that Pulumi makes of the schema has, without its types."""

    def __init__(self, name: str, **given: Any) -> None:
        known = {_CAMEL[argument]: value for argument, value in given.items()}
        super().__init__("sjresource:index:ServiceJob", name, {**known, "jobArn": None})


def _native(_declared: Declared) -> Any:
    return _NativeJob


class _EmptyJob(pulumi.CustomResource):
    """The same, for a plugin that does nothing."""

    def __init__(self, name: str, latency: float, **given: Any) -> None:
        known = {_CAMEL[argument]: value for argument, value in given.items()}
        own = {"jobName": name, "latency": latency, SUBMITTED_AT: None}
        super().__init__("benchmark:index:Job", name, {**known, **own})


def _empty(declared: Declared) -> Any:
    return lambda name, **given: _EmptyJob(name, declared.latency, **given)


_RESOURCES = {"sjresource": _service_job, "native": _native, "floor": _floor, "empty": _empty}
