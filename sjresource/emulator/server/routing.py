"""Which service answers a request that was let in, and what its operation is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sjresource.emulator.api import OPERATIONS
from sjresource.emulator.protocol import model
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.services import iam
from sjresource.emulator.services.cors import require_one_wildcard
from sjresource.emulator.services.moto import HOSTS
from sjresource.emulator.services.sagemaker import read_parameters
from sjresource.emulator.services.sts import let_in_issued

if TYPE_CHECKING:
    from sjresource.emulator.api.batch import Batch
    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.services.container_queues import ContainerQueues
    from sjresource.emulator.services.moto import MotoServices
    from sjresource.emulator.services.sagemaker import TrainingJobs
    from sjresource.emulator.store.credentials import Keyring


class ServiceRouter:
    """The services behind the one endpoint."""

    def __init__(
        self,
        batch: Batch,
        container_queues: ContainerQueues,
        training_jobs: TrainingJobs,
        moto: MotoServices,
        keyring: Keyring,
    ) -> None:
        self._batch = batch
        self._container_queues = container_queues
        self._training_jobs = training_jobs
        self._moto = moto
        self._keyring = keyring

    def answer(self, service: str, region: str, request: Request) -> Response:
        """Answer for `service`; AWSError for a service or an operation that is not emulated."""
        if service == "batch":
            return self._answer_batch(region, request)
        if service not in HOSTS:
            raise _not_emulated(f"the service {service!r}; it has {', '.join(sorted(HOSTS))}")
        if service == "s3":
            require_one_wildcard(request)
        if service == "sagemaker":
            ours = self._training_jobs.answer(request, region)
            if ours is not None:
                return ours
        if service == "iam" and operation_and_parameters(service, request)[0] == iam.OPERATION:
            return iam.allow_everything(request)
        response = self._moto.answer(service, region, request)
        if service == "sts":
            let_in_issued(response, self._keyring)
        return response

    def _answer_batch(self, region: str, request: Request) -> Response:
        operation = model.operation_of(request)
        if operation is None:
            raise _not_emulated(f"{request.method} {request.path}")
        containers = self._container_queues
        if operation not in OPERATIONS or containers.owns(operation, region, request):
            model.parse(operation, request)  # moto checks little
            containers.note_use()
            return self._moto.answer("batch", region, request)
        return containers.completed(
            operation,
            self._batch.answer(operation, region, request),
            lambda: self._moto.answer("batch", region, request),
        )


def _not_emulated(what: str) -> AWSError:
    return AWSError("UnknownOperationException", f"the emulator does not emulate {what}", 404)


def operation_and_parameters(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    """Name what is called, for faults and counts; an S3 call by its method, such as `PUT`."""
    if service == "batch":
        return model.operation_of(request) or request.method, read_parameters(request)
    if service == "s3":
        return request.method, {}
    if "x-amz-target" in request.headers:
        return request.headers["x-amz-target"].rpartition(".")[2], read_parameters(request)
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    return form.get("Action", request.method), {}
