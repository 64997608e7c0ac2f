"""Converts between AWS's member names and our property names, by botocore's shapes.

A property is exactly `botocore.xform_name` of its API member: `jobQueue` is `job_queue`. The shape
tells member names, which are renamed, from a user's map keys, which are not, and which numbers are
integers: Pulumi passes every number as a float.
"""

from __future__ import annotations

import threading
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.loaders import Loader
    from botocore.model import ServiceModel

Made = TypeVar("Made")


def made_once(make: Callable[..., Made]) -> Callable[..., Made]:
    """Cache what a function makes, as `functools.cache` does, and let it make one at a time.

    The engine asks a plugin about many resources in its first moment. Without a lock each of these
    threads would load the same models, side by side on one interpreter.
    """
    lock = threading.RLock()
    cached = cache(make)

    @wraps(make)
    def find(*args: Any, **keywords: Any) -> Made:
        with lock:
            return cached(*args, **keywords)

    return find


@made_once
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of `service`, loaded once (10 ms for batch, 30 ms for sagemaker)."""
    from botocore.model import ServiceModel  # noqa: PLC0415 - see `shared_loader`

    return ServiceModel(shared_loader().load_service_model(service, "service-2"), service)


@made_once
def shared_loader() -> Loader:
    """Return the one loader of models, for the clients too."""
    # Not through a botocore session, whose modules alone take 0.1 s: a program never needs them.
    from sjresource.model_files import ModelLoader  # noqa: PLC0415 - as said

    return ModelLoader()


def service_names() -> list[str]:
    """Return the names of all services that this botocore knows."""
    return shared_loader().list_available_services("service-2")


def model_version() -> str:
    """Return the version of botocore whose models these are: AWS may know more by now."""
    from botocore import __version__  # noqa: PLC0415 - as above

    return str(__version__)


def input_shape(operation: str, service: str = "batch") -> Any:
    """Return the input shape of `operation`."""
    return service_model(service).operation_model(operation).input_shape


def output_shape(operation: str) -> Any:
    """Return the output shape of an operation of Batch."""
    return service_model("batch").operation_model(operation).output_shape


@cache
def property_name(member: str) -> str:
    """Return `job_queue` for `jobQueue`."""
    from botocore import xform_name  # noqa: PLC0415 - as above

    name: str = xform_name(member)
    return name


def to_request(shape: Any, value: Any) -> Any:
    """Return properties as the API takes them, without the names that `shape` does not know."""
    if shape.type_name == "structure":
        return {
            member: to_request(member_shape, value[property_name(member)])
            for member, member_shape in shape.members.items()
            if value.get(property_name(member)) is not None
        }
    if shape.type_name == "list":
        return [to_request(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: to_request(shape.value, item) for key, item in value.items()}
    if shape.type_name in ("integer", "long"):
        return int(value)
    return value


def to_properties(shape: Any, answer: Any) -> Any:
    """Return an answer of the API as properties; the reverse of `to_request`."""
    if shape.type_name == "structure":
        return {
            property_name(member): to_properties(shape.members[member], item)
            for member, item in answer.items()
            if member in shape.members
        }
    if shape.type_name == "list":
        return [to_properties(shape.member, item) for item in answer]
    return answer


def answer_properties(operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's whole answer as properties."""
    properties: dict[str, Any] = to_properties(output_shape(operation), answer)
    return properties
