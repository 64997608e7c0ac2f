"""SageMaker's API by botocore's model: the shapes of requests, and what breaks them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import botocore.loaders
from botocore.model import ServiceModel, StructureShape

from sjresource.emulator.protocol.constraints import validation_error
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.shapes import type_problems

if TYPE_CHECKING:
    from collections.abc import Mapping


def request_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's request; loading the model takes a tenth of a second."""
    shape = _model().operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - for mypy: each of ours has one
    return shape


def response_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's answer."""
    shape = _model().operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - as above
    return shape


def model_problem(operation: str, request: Mapping[str, Any]) -> str | None:
    """Return what of a request does not fit to SageMaker's model, None if it fits."""
    shape = request_shape(operation)
    return next(type_problems(shape, request), None) or validation_error(shape, request)


def require_valid(operation: str, request: Mapping[str, Any]) -> None:
    """Raise SageMaker's AWSError for a request that does not fit to its model."""
    problem = model_problem(operation, request)
    if problem is not None:
        raise AWSError("ValidationException", problem)


@functools.cache
def _model() -> ServiceModel:
    description = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    return ServiceModel(description, "sagemaker")
