"""A resource's outputs as properties, like in the SDKs that Pulumi makes."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable


def declare_outputs_by_properties(resource: type[pulumi.Resource]) -> None:
    """Turn the annotations of a resource into properties.

    Of annotations Pulumi's SDK works out the types anew for each of hundreds of instances; of
    properties it does so once.
    """
    for name, hint in inspect.get_annotations(resource, eval_str=True).items():
        setattr(resource, name, property(_getter(name, hint), _setter(name)))
    resource.__annotations__ = {}


def _getter(name: str, hint: Any) -> Callable[[Any], Any]:
    def get(resource: Any) -> Any:
        return pulumi.get(resource, name)

    get.__annotations__ = {"return": hint}
    return pulumi.getter(name=name)(get)


def _setter(name: str) -> Callable[[Any, Any], None]:
    def put(resource: Any, value: Any) -> None:
        resource.__dict__[name] = value

    return put
