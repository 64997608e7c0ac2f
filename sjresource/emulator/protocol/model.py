"""Batch's API by botocore's model: finds operations, parses requests, checks requests and answers.

The operations in `api/` check bounds and patterns, which the model has in prose only.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import botocore.loaders
from botocore.model import ServiceModel

from sjresource.emulator.protocol.answer_types import fits
from sjresource.emulator.protocol.errors import ClientException, ServerException
from sjresource.emulator.protocol.shapes import known_members, problems
from sjresource.emulator.protocol.shapes import without_defaults as _bare
from sjresource.emulator.protocol.user_json import read_json

if TYPE_CHECKING:
    from botocore.model import StructureShape

    from sjresource.emulator.protocol.http_messages import Request

MAX_BODY_BYTES: Final = 1024 * 1024
LONGEST_SUBMISSION: Final = 30 * 1024
"""https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"""

_DEFAULTS: Final = {"borrowLimit": -1}
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html"""


@functools.cache
def batch_model() -> ServiceModel:
    """Load botocore's newest Batch model, once."""
    description = botocore.loaders.Loader().load_service_model("batch", "service-2")
    return ServiceModel(description, "batch")


def operation_of(request: Request) -> str | None:
    """Return the Batch operation that `request` calls, None if the model has no such path."""
    fixed, prefixed = _routes()
    exact = fixed.get((request.method, request.path))
    if exact is not None:
        return exact
    for (method, prefix), operation in prefixed.items():
        if method == request.method and request.path.startswith(prefix):
            return operation
    return None


def parse(
    operation: str, request: Request, longest_submission: int = LONGEST_SUBMISSION
) -> dict[str, Any]:
    """Return the parameters of `operation` in `request`, without unknown members, as AWS does.

    Raises:
        ClientException: the operation's input shape does not allow a member, which it names.
    """
    shape = _input_shape(operation)
    most = longest_submission if operation == "SubmitServiceJob" else MAX_BODY_BYTES
    if len(request.body) > most:
        raise ClientException(
            f"the request has {len(request.body)} bytes, {operation} takes at most {most}"
        )
    parameters = _body(request)
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        if location == "uri":
            parameters[name] = unquote(request.path.rsplit("/v1/tags/", 1)[-1])
        elif location == "querystring":
            key = member.serialization["name"]
            parameters[name] = [value for pair, value in request.query if pair == key]
    problem = next(problems(shape, parameters), None)
    if problem is not None:
        raise ClientException(f"Error executing request: {problem}")
    known: dict[str, Any] = known_members(shape, parameters)
    return known


def without_defaults(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without optional members that are empty or have AWS's default.

    A list that is the whole answer stays, even if it is empty.
    """
    shape = batch_model().operation_model(operation).output_shape
    if shape is None:
        return answer
    bare: dict[str, Any] = _bare(shape, answer, _DEFAULTS)
    lists = {name for name, member in shape.members.items() if member.type_name == "list"}
    is_list = set(shape.members) - lists <= {"nextToken"}
    return {**{name: [] for name in lists}, **bare} if is_list else bare


def check_answer(operation: str, answer: dict[str, Any]) -> None:
    """Raise ServerException if `answer` does not fit the model, which would be our bug."""
    shape = batch_model().operation_model(operation).output_shape
    if shape is None or fits(shape, answer):
        return
    problem = next(problems(shape, answer, strict=True), None)
    if problem is not None:
        raise ServerException(f"the emulator's own answer is wrong, please report it: {problem}")


@functools.cache
def _routes() -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    fixed: dict[tuple[str, str], str] = {}
    prefixed: dict[tuple[str, str], str] = {}
    for name in batch_model().operation_names:
        http = batch_model().operation_model(name).http
        path, brace, _ = http["requestUri"].partition("{")
        (prefixed if brace else fixed)[http["method"], path] = name
    return fixed, prefixed


@functools.cache
def _input_shape(operation: str) -> StructureShape:
    shape = batch_model().operation_model(operation).input_shape
    if shape is None:
        raise ServerException(f"{operation} takes no input in botocore's model")
    return shape


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind not in ("application/json", "application/x-amz-json-1.1"):
        raise ClientException("the request's Content-Type must be application/json")
    try:
        body: Any = read_json(request.body)
    except ValueError:
        raise ClientException("the request's body is not valid JSON") from None
    if not isinstance(body, dict):
        raise ClientException("the request's body must be a JSON object")
    return dict(body)
