"""Tells calls of Batch for containers from those for service jobs, where both have the operation.

Operations that only containers have are moto's anyway. Those on queues and tags are moto's if the
queue, or what is tagged, is for containers. moto's Batch is loaded with the first such call.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from sjresource.emulator.protocol.http_messages import json_response
from sjresource.emulator.protocol.model import batch_model
from sjresource.emulator.services.sagemaker import read_parameters
from sjresource.emulator.store.arns import batch_arn

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.store.store import Store

_TYPE: Final = "SAGEMAKER_TRAINING"
_OK: Final = 200
_CONTAINER_KINDS: Final = (
    ":compute-environment/",
    ":consumable-resource/",
    ":job-definition/",
    ":job/",
)


@functools.cache
def _container_types() -> frozenset[str]:
    """Return the types of queues that are for containers; any other word is a mistake of ours."""
    types: list[str] = batch_model().shape_for("JobQueueType").metadata["enum"]
    return frozenset(types) - {_TYPE}


class ContainerQueues:
    """Remembers whether there is anything in moto's Batch; until then everything is ours."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._used = False

    def note_use(self) -> None:
        """Something was sent to moto's Batch."""
        self._used = True

    def owns(self, operation: str, region: str, request: Request) -> bool:
        """Tell whether a call of an operation of ours is for containers."""
        if operation == "CreateJobQueue":
            parameters = read_parameters(request)
            kind = parameters.get("jobQueueType", _TYPE)
            named = kind == _TYPE and bool(parameters.get("computeEnvironmentOrder"))
            return named or kind in _container_types()
        if not self._used:
            return False
        if operation in ("UpdateJobQueue", "DeleteJobQueue"):
            return not self._is_ours(region, read_parameters(request).get("jobQueue"))
        if request.path.startswith("/v1/tags/"):
            arn = unquote(request.path)
            return any(kind in arn for kind in _CONTAINER_KINDS)
        return False

    def completed(
        self, operation: str, ours: Response, ask_moto: Callable[[], Response]
    ) -> Response:
        """Add the container queues to what DescribeJobQueues answers."""
        if operation != "DescribeJobQueues" or not self._used:
            return ours
        theirs = ask_moto()
        if theirs.status != _OK:
            return ours
        answer = json.loads(ours.body)
        answer["jobQueues"] += json.loads(theirs.body)["jobQueues"]
        return json_response(answer)

    def _is_ours(self, region: str, name_or_arn: Any) -> bool:
        name = str(name_or_arn)
        arn = name if name.startswith("arn:") else batch_arn(region, "job-queue", name)
        return self._store.resource(arn) is not None
