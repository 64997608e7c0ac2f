"""AWS's member names and ours, and the shapes that tell one from the other.

A property is `botocore.xform_name` of its API member, exactly: `jobQueue` is `job_queue`. Walking
botocore's shape keeps apart what is a member name (renamed) and what is a user's own map key (never
touched), and says which numbers are integers: Pulumi hands every number over as a float.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.loaders import Loader
    from botocore.model import ServiceModel


@cache
def service_model(service: str) -> ServiceModel:
    """Load botocore's model of `service`, once a process (20 ms for batch, 80 ms for sagemaker)."""
    from botocore.model import ServiceModel  # noqa: PLC0415 - see `_loader`

    return ServiceModel(_loader().load_service_model(service, "service-2"), service)


@cache
def _loader() -> Loader:
    """Give botocore's loader, one for all: each lists the folders of all services for itself."""
    # Not through a botocore session, whose modules alone take 0.1 s: a program never needs them.
    from botocore.loaders import Loader  # noqa: PLC0415 - as said

    return Loader()


def model_version() -> str:
    """Tell which botocore brought the models: AWS may have learned more since."""
    from botocore import __version__  # noqa: PLC0415 - as above

    return str(__version__)


def input_shape(operation: str, service: str = "batch") -> Any:
    """Tell what `operation` takes."""
    return service_model(service).operation_model(operation).input_shape


def output_shape(operation: str, service: str = "batch") -> Any:
    """Tell what `operation` answers."""
    return service_model(service).operation_model(operation).output_shape


@cache
def property_name(member: str) -> str:
    """Turn `jobQueue` into `job_queue`."""
    from botocore import xform_name  # noqa: PLC0415 - as above

    name: str = xform_name(member)
    return name


def to_request(shape: Any, value: Any) -> Any:
    """Turn properties into what the API takes; names that `shape` does not know are left out."""
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
    """Turn what the API answered into properties; the reverse of `to_request`."""
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
    """Turn an operation's whole answer into properties."""
    properties: dict[str, Any] = to_properties(output_shape(operation), answer)
    return properties
