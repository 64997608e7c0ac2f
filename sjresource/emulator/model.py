"""Batch's API as botocore's model describes it: what is called, and what may be said.

Owns parsing requests and checking both requests and answers against the model's shapes. What the
model does not say (bounds and patterns stand in prose there) belongs to the operations.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import botocore.loaders
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from sjresource.emulator.errors import ClientException, ServerException

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.emulator.wire import Request

MAX_BODY_BYTES: Final = 1024 * 1024
_INTEGERS: Final = {"integer": 2**31, "long": 2**63}


@functools.cache
def batch_model() -> ServiceModel:
    """Load botocore's newest Batch model, once."""
    description = botocore.loaders.Loader().load_service_model("batch", "service-2")
    return ServiceModel(description, "batch")


def operation_of(request: Request) -> str | None:
    """Name the Batch operation that `request` calls, None if the model has no such path."""
    fixed, prefixed = _routes()
    exact = fixed.get((request.method, request.path))
    if exact is not None:
        return exact
    for (method, prefix), operation in prefixed.items():
        if method == request.method and request.path.startswith(prefix):
            return operation
    return None


def parse(operation: str, request: Request) -> dict[str, Any]:
    """Read the parameters of `operation` from `request`.

    Raises ClientException, which names the member, for what the operation's input shape does not
    allow. Members that the model does not know are left out, as AWS leaves them.
    """
    shape = _input_shape(operation)
    parameters = _body(request)
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        if location == "uri":
            parameters[name] = unquote(request.path.rsplit("/v1/tags/", 1)[-1])
        elif location == "querystring":
            key = member.serialization["name"]
            parameters[name] = [value for pair, value in request.query if pair == key]
    problem = next(_problems(shape, parameters, ""), None)
    if problem is not None:
        raise ClientException(f"Error executing request: {problem}")
    known: dict[str, Any] = _known(shape, parameters)
    return known


def check_answer(operation: str, answer: dict[str, Any]) -> None:
    """Raise ServerException if `answer` is not what the model promises: it would be our bug."""
    shape = batch_model().operation_model(operation).output_shape
    if shape is None:
        return
    problem = next(_problems(shape, answer, "", strict=True), None)
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
    if len(request.body) > MAX_BODY_BYTES:
        raise ClientException(f"the request's body is larger than {MAX_BODY_BYTES} bytes")
    if not request.body:
        return {}
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind not in ("application/json", "application/x-amz-json-1.1"):
        raise ClientException("the request's Content-Type must be application/json")
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ClientException("the request's body is not valid JSON") from None
    if not isinstance(body, dict):
        raise ClientException("the request's body must be a JSON object")
    return dict(body)


def _known(shape: Shape, value: Any) -> Any:
    """Drop the members that the model does not know, and those that are null."""
    if isinstance(shape, StructureShape):
        return {
            name: _known(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [_known(shape.member, item) for item in value]
    return value


def _problems(shape: Shape, value: Any, path: str, *, strict: bool = False) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path, strict=strict)
    elif isinstance(shape, ListShape):
        yield from _list_problems(shape, value, path, strict=strict)
    elif isinstance(shape, MapShape):
        yield from _map_problems(shape, value, path, strict=strict)
    else:
        yield from _scalar_problems(shape, value, path)


def _structure_problems(
    shape: StructureShape,
    value: Any,
    path: str,
    *,
    strict: bool,
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path or 'the request'} must be an object"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{path}{name} is required"
    for name, item in value.items():
        if name not in shape.members:
            if strict:
                yield f"{path}{name} is not a member of {shape.name}"
        elif item is not None or strict:
            yield from _problems(shape.members[name], item, f"{path}{name}.", strict=strict)


def _list_problems(
    shape: ListShape,
    value: Any,
    path: str,
    *,
    strict: bool,
) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path.rstrip('.')} must be a list"
        return
    yield from _length_problems(shape, value, path)
    for index, item in enumerate(value):
        yield from _problems(shape.member, item, f"{path.rstrip('.')}[{index}].", strict=strict)


def _map_problems(
    shape: MapShape,
    value: Any,
    path: str,
    *,
    strict: bool,
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path.rstrip('.')} must be an object"
        return
    if not strict:
        yield from _length_problems(shape, value, path)
    for key, item in value.items():
        if not strict:
            yield from _length_problems(shape.key, key, f"{path}(key).")
        yield from _problems(shape.value, item, f"{path}(value).", strict=strict)


def _scalar_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    name = path.rstrip(".")
    kind = shape.type_name
    if kind == "string":
        yield from _string_problems(shape, value, name)
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{name} must be true or false"
    elif not isinstance(value, (int, float)) or isinstance(value, bool):
        yield f"{name} must be a number"
    elif kind in _INTEGERS and (isinstance(value, float) or abs(value) >= _INTEGERS[kind]):
        yield f"{name} must be an integer"


def _string_problems(shape: Shape, value: Any, name: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{name} must be a string"
        return
    yield from _length_problems(shape, value, name)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{name} must be one of {', '.join(allowed)}"


def _length_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    name = path.rstrip(".")
    if least is not None and len(value) < least:
        yield f"{name} must have a length of at least {least}"
    if most is not None and len(value) > most:
        yield f"{name} must have a length of at most {most}"
