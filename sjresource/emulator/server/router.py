"""Finds the service that answers a request, and the name of the operation.

Batch's API is the emulator's own, but for a queue on compute environments: moto makes and describes
one, so that programs can meet a queue that is for containers. Container jobs are not emulated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from sjresource.emulator.api import OPERATIONS
from sjresource.emulator.protocol import model
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import json_response
from sjresource.emulator.protocol.user_json import read_object
from sjresource.emulator.services.moto import HOSTS
from sjresource.emulator.services.moto_gaps import (
    SIMULATE_PRINCIPAL_POLICY,
    allow_everything,
    require_one_wildcard,
)
from sjresource.emulator.services.sts import accept_issued

if TYPE_CHECKING:
    from sjresource.emulator.api.batch import Batch
    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.services.moto import MotoServices
    from sjresource.emulator.services.sagemaker import TrainingJobs
    from sjresource.emulator.store.credentials import Keyring

_SUCCESS: Final = 200
_COMPUTE_ENVIRONMENTS: Final = ("CreateComputeEnvironment", "DescribeComputeEnvironments")


@dataclass
class ServiceRouter:
    """The services behind the one endpoint."""

    batch: Batch
    training_jobs: TrainingJobs
    moto: MotoServices
    keyring: Keyring
    _moto_has_queues: bool = field(default=False, init=False)

    def answer(self, service: str, region: str, request: Request) -> Response:
        """Return the answer of `service`; AWSError for what is not emulated."""
        if service == "batch":
            return self._answer_batch(region, request)
        if service not in HOSTS:
            raise _not_emulated(f"the service {service!r}; it has {', '.join(sorted(HOSTS))}")
        if service == "s3":
            require_one_wildcard(request)
        if service == "sagemaker":
            ours = self.training_jobs.answer(request, region)
            if ours is not None:
                return ours
        if service == "iam" and _action(request) == SIMULATE_PRINCIPAL_POLICY:
            return allow_everything(request)
        response = self.moto.answer(service, region, request)
        if service == "sts":
            accept_issued(response, self.keyring)
        return response

    def _answer_batch(self, region: str, request: Request) -> Response:
        operation = model.operation_of(request) or ""
        for_containers = operation == "CreateJobQueue" and _has_compute_environments(request)
        if operation in _COMPUTE_ENVIRONMENTS or for_containers:
            model.parse(operation, request)  # moto checks little
            self._moto_has_queues |= for_containers
            return self.moto.answer("batch", region, request)
        if operation not in OPERATIONS:
            raise _not_emulated(operation or f"{request.method} {request.path}")
        response = self.batch.answer(operation, region, request)
        if operation != "DescribeJobQueues" or not self._moto_has_queues:
            return response
        queues = self.moto.answer("batch", region, request)
        if queues.status != _SUCCESS:
            return response
        answer = json.loads(response.body)
        answer["jobQueues"] += json.loads(queues.body)["jobQueues"]
        return json_response(answer)


def _has_compute_environments(request: Request) -> bool:
    parameters = read_object(request.body)
    other_type = parameters.get("jobQueueType") != "SAGEMAKER_TRAINING"
    return other_type and bool(parameters.get("computeEnvironmentOrder"))


def _not_emulated(what: str) -> AWSError:
    return AWSError("UnknownOperationException", f"the emulator does not emulate {what}", 404)


def operation_and_parameters(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    """Return the operation, which for S3 is the method, and the parameters that faults match."""
    if service == "batch":
        return model.operation_of(request) or request.method, read_object(request.body)
    if service == "s3":
        return request.method, {}
    if "x-amz-target" in request.headers:
        return request.headers["x-amz-target"].rpartition(".")[2], read_object(request.body)
    return _action(request) or request.method, {}


def _action(request: Request) -> str:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("Action", "")
