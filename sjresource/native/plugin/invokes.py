"""The functions of the schema: they read what exists, as those of the Python package do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime import proto

from sjresource.aws.payload import is_unknown
from sjresource.checks.function_arguments import ArgumentError, require_arguments
from sjresource.errors import SjresourceError
from sjresource.functions import (
    read_job_queue_snapshot,
    read_service_job,
    read_service_jobs,
)
from sjresource.native.values import read, write
from sjresource.sanitize import plain
from sjresource.stack.spelling.words import camel_case, camel_cased, native_words
from sjresource.status.masking import Mask, texts_in
from sjresource.suggestions import nearest_or_all
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sjresource.native.configuration import Configuration

    Read = Callable[[Any, Mapping[str, Any]], dict[str, Any]]


def _service_job(settings: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return read_service_job(settings, given["job"], given["region"])


def _service_jobs(settings: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    names = ("job_queue", "job_status", "job_name", "region")
    return {"jobs": read_service_jobs(settings, *(given[name] for name in names))}


def _snapshot(settings: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return read_job_queue_snapshot(settings, given["job_queue"], given["region"])


FUNCTIONS: dict[str, tuple[str, tuple[str, ...], Read]] = {
    f"{NATIVE_PREFIX}getServiceJob": ("reading ServiceJob", ("job", "region"), _service_job),
    f"{NATIVE_PREFIX}listServiceJobs": (
        "listing ServiceJobs",
        ("job_queue", "job_status", "job_name", "region"),
        _service_jobs,
    ),
    f"{NATIVE_PREFIX}getJobQueueSnapshot": (
        "reading JobQueue",
        ("job_queue", "region"),
        _snapshot,
    ),
}
"""By token: what it does, its arguments, and how."""


def invoke(request: Any, configuration: Configuration) -> Any:
    """Call a function, and return its answer, or what is wrong with its arguments."""
    if request.tok not in FUNCTIONS:
        there = ", ".join(FUNCTIONS)
        return _refused([f"{request.tok} is not known; there are {there}"])
    doing, names, call = FUNCTIONS[request.tok]
    given = read(request.args)
    native = {camel_case(name): name for name in names}
    wrong = list(_wrong_names(doing, native, given.values))
    arguments = {core: given.values.get(name) for name, core in native.items()}
    known = {name: each for name, each in arguments.items() if not is_unknown(each)}
    try:
        require_arguments(
            doing,
            known,
            plain_form=not given.secrets,
            lenient=configuration.checking.lenient,
        )
        if wrong:
            return _refused(wrong)
        answer = call(configuration.settings, arguments)
    except SjresourceError as error:
        if not given.secrets:
            raise
        return _refused([Mask(texts_in(given.values)).text(native_words(str(error)))])
    except ArgumentError as error:
        return _refused([*wrong, *_native_lines(error, native)])
    told = camel_cased(answer)
    secrets = frozenset((name,) for name in told) if given.secrets else frozenset()
    response = proto.InvokeResponse()
    getattr(response, "return").CopyFrom(write(told, secrets))
    return response


def _wrong_names(doing: str, native: Collection[str], given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with arguments before their values are looked at."""
    for name, value in given.items():
        if name not in native:
            yield f"{doing}: {name} is not known{nearest_or_all(name, native)}"
        elif is_unknown(value):
            yield f"{doing}: {name} is not known yet; the output form of the function waits for it"


def _native_lines(error: ArgumentError, native: Mapping[str, str]) -> list[str]:
    """Return the lines of an error with the arguments' names as they are here."""
    text = str(error)
    for name, core in native.items():
        text = text.replace(f": {core} ", f": {name} ")
    return native_words(text).splitlines()


def _refused(reasons: list[str]) -> Any:
    failures = [proto.CheckFailure(property="", reason=plain(each)) for each in reasons]
    return proto.InvokeResponse(failures=failures)
