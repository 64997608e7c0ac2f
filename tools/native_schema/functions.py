"""The functions of the schema: what reads and manages nothing."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from native_schema.type_table import Spec, array, described
from native_schema.words import in_schema_words, plain_text
from sjresource import functions
from sjresource.aws.models import output_shape
from sjresource.stack.spelling.resources import UNTYPED
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from native_schema.type_table import TypeTable

_ARGUMENTS = {
    "job": "The job's id or ARN.",
    "job_queue": "Name or ARN of the queue.",
    "job_status": "Only jobs of this status; RUNNING, if neither it nor `jobName` is given.",
    "job_name": "Only jobs of this name, which is case-sensitive, whatever their status.",
    "region": "The region of a bare id or name; defaults to the provider's. An ARN has its own.",
}
_LEFT_OUT = {UNTYPED, "nextToken"}
"""The payload may hold secrets; all pages are read."""

_ALWAYS = {"jobs", "jobArn", "jobId", "jobName", "jobQueue", "serviceJobType", "status"}


def all_functions(types: TypeTable) -> dict[str, Spec]:
    """Return every function, by its token; their types go to the table."""
    jobs = output_shape("ListServiceJobs").members["jobSummaryList"]
    listed = {"jobs": described(array(types.batch(jobs.member)), "The jobs, newest first.")}
    made: dict[str, tuple[Callable[..., Any], dict[str, Spec]]] = {
        "getServiceJob": (functions.get_service_job, _answer("DescribeServiceJob", types)),
        "listServiceJobs": (functions.list_service_jobs, listed),
        "getJobQueueSnapshot": (
            functions.get_job_queue_snapshot,
            _answer("GetJobQueueSnapshot", types),
        ),
    }
    return {
        NATIVE_PREFIX + name: _function(function, outputs)
        for name, (function, outputs) in made.items()
    }


def _function(function: Callable[..., Any], outputs: dict[str, Spec]) -> Spec:
    parameters = inspect.signature(function).parameters
    text = (inspect.getdoc(function) or "").partition("\n\nRaises:")[0]
    needed = [
        camel_case(name)
        for name, each in parameters.items()
        if each.default is inspect.Parameter.empty
    ]
    properties = {
        camel_case(name): {"type": "string", "description": _ARGUMENTS[name]} for name in parameters
    }
    return {
        "description": in_schema_words(text),
        "inputs": {"type": "object", "properties": properties, "required": needed},
        "outputs": {
            "type": "object",
            "properties": outputs,
            "required": sorted(_ALWAYS & set(outputs)),
        },
    }


def _answer(operation: str, types: TypeTable) -> dict[str, Spec]:
    return {
        member: described(types.batch(shape), plain_text(shape))
        for member, shape in sorted(output_shape(operation).members.items())
        if member not in _LEFT_OUT
    }
