"""A resource that does nothing: what any dynamic resource costs at least.

It takes what a ServiceJob takes, so that the engine moves and writes as many bytes. In place of
each call to AWS it sleeps for that call's latency.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any, ClassVar

import pulumi
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
)

from benchmarks.stacks.call_counts import CALLS

MODELS = (("batch", "SubmitServiceJob"), ("sagemaker", "CreateTrainingJob"))


class FloorProvider(ResourceProvider):
    """The least that a provider can do."""

    serialize_as_secret_always = False

    _replaced: ClassVar[set[str]] = set()
    """Names of what is replaced in this process."""

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Replace when the payload has changed, as a job is."""
        changed = olds["service_request_payload"] != news["service_request_payload"]
        if changed:
            self._replaced.add(news["job_name"])
        return DiffResult(changes=changed, replaces=["service_request_payload"] if changed else [])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Take as long as the calls would."""
        _call("create anew" if props["job_name"] in self._replaced else "create", props)
        return CreateResult(props["job_name"], props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Take as long as the call would."""
        _call("read", props)
        return ReadResult(id_, props)

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Take as long as the calls would."""
        _call("delete", props)


class ModelsProvider(FloorProvider):
    """The least that holds a job's arguments against botocore's models: it loads them."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Load what the arguments would be held against, and nothing else."""
        for service, operation in MODELS:
            _input_shape(service, operation)
        return CheckResult(news, [])


class Floor(Resource, module="benchmarks", name="Floor"):
    """Stands where a ServiceJob would."""

    def __init__(self, name: str, latency: float, **arguments: Any) -> None:
        """Declare it; `latency` is a call's, in seconds."""
        old_first = pulumi.ResourceOptions(delete_before_replace=True)
        given = {"job_name": name, "latency": latency, **arguments}
        super().__init__(FloorProvider(), name, given, old_first)


@cache
def _input_shape(service: str, operation: str) -> Any:
    from botocore.loaders import Loader  # noqa: PLC0415 - its import is part of what is measured
    from botocore.model import ServiceModel  # noqa: PLC0415 - the same

    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    return model.operation_model(operation).input_shape


def _call(method: str, props: dict[str, Any]) -> None:
    time.sleep(CALLS[method] * props["latency"])
