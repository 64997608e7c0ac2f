"""How large a job's request is as it is sent, and which members make it so.

Unknown values count as nothing, so a size is never more than what will be sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, to_request
from sjresource.aws.payload import is_unknown, payload_as_sent
from sjresource.checks.values.job_arguments import PAYLOAD
from sjresource.problem import Problem
from sjresource.stack.identity import submission_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.job_arguments import JobArguments, Payload

_KIB = 1024
_MAX_PAYLOAD_BYTES = 10 * _KIB
_MAX_REQUEST_BYTES = 30 * _KIB
_LARGE_PAYLOAD_BYTES = 8 * _KIB
"""A payload grows with each parameter; this leaves room for some more."""

_ARGUMENTS = (PAYLOAD, "tags", "retry_strategy")
"""The arguments that can be large."""

_DIGEST = "0" * 64
"""As long as the digests in a job's tags, and as the clientToken."""

_SHOWN = 3
_WORTH_SHOWING = _KIB // 2


def requests_fit(job: JobArguments) -> Iterator[Problem]:
    """A payload has at most 10 KiB as it is sent, and a whole request 30 KiB.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    sent = _payload_as_sent(job)
    size, whole = _size_of(sent), _request_size(job, sent)
    if size > _MAX_PAYLOAD_BYTES:
        yield Problem(PAYLOAD, _too_large(size, job.payload))
    elif whole > _MAX_REQUEST_BYTES:
        most = f"Batch takes at most {_bytes(_MAX_REQUEST_BYTES)}"
        path = max(_ARGUMENTS, key=lambda name: _json_size(job.properties.get(name)))
        yield Problem(path, f"has most of a request of {_bytes(whole)}, and {most} in all")


def payload_is_large(job: JobArguments) -> Iterator[str]:
    """A payload has at most 10 KiB, and grows.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    # Most are far smaller, which is seen without their form as sent; that may add a name.
    if _json_size(job.payload) < _LARGE_PAYLOAD_BYTES / 2:
        return
    size = _size_of(_payload_as_sent(job))
    if _LARGE_PAYLOAD_BYTES < size <= _MAX_PAYLOAD_BYTES:
        yield f"{PAYLOAD} {_too_large(size, job.payload)}"


def _too_large(size: int, payload: Payload) -> str:
    most, largest = _bytes(_MAX_PAYLOAD_BYTES), _largest(payload)
    return f"is {_bytes(size)} as it is sent, and Batch takes at most {most}{largest}"


def _payload_as_sent(job: JobArguments) -> str:
    """Return the payload's text without what is unknown; "" if it cannot be written as JSON."""
    name = job.properties.get("job_name")
    try:
        return payload_as_sent(_known(job.payload), name if isinstance(name, str) else "")
    except (TypeError, ValueError):
        return ""  # what cannot be written is another check's problem


def _request_size(job: JobArguments, sent: str) -> int:
    """Return the size of SubmitServiceJob's body, with the tags that a submission adds."""
    known = {**_known(dict(job.properties)), PAYLOAD: sent}
    identity = known.get("identity")
    try:
        request: dict[str, Any] = to_request(input_shape("SubmitServiceJob"), known)
        tags = submission_tags(identity, _DIGEST, _DIGEST, 0) if identity else {}
        request["tags"] = {**(request.get("tags") or {}), **tags}
        return len(json.dumps({"clientToken": _DIGEST, **request}))
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
        return 0  # something has a wrong type, which is another check's problem


def _known(value: Any) -> Any:
    """Return a copy without unknown values."""
    if isinstance(value, dict):
        return {name: _known(item) for name, item in value.items() if not is_unknown(item)}
    if isinstance(value, (list, tuple)):
        return [_known(item) for item in value if not is_unknown(item)]
    return value


def _largest(payload: Payload) -> str:
    """Return the paths of the largest members, in words; never a value, which may be secret."""
    sizes = sorted(
        ((_json_size(value), *_heaviest(name, value)) for name, value in payload.items()),
        key=lambda found: -found[0],
    )
    shown = [f"{path} ({_kib(size)})" for _, path, size in sizes if size >= _WORTH_SHOWING]
    return f"; the largest is in {', '.join(shown[:_SHOWN])}" if shown else ""


def _heaviest(path: str, value: Any) -> tuple[str, int]:
    """Return the path and size of the innermost part that is more than half of a member."""
    whole = _json_size(value)
    if isinstance(value, dict):
        parts = [(f"{path}.{name}", item) for name, item in value.items()]
    elif isinstance(value, (list, tuple)):
        parts = [(f"{path}[{position}]", item) for position, item in enumerate(value)]
    else:
        return path, whole
    for name, item in parts:
        if _json_size(item) > whole / 2:
            return _heaviest(name, item)
    return path, whole


def _json_size(value: Any) -> int:
    try:
        return _size_of(json.dumps(_known(value), separators=(",", ":"), ensure_ascii=False))
    except (TypeError, ValueError):
        return 0


def _size_of(text: str) -> int:
    return len(text.encode(errors="replace"))


def _kib(size: int) -> str:
    return f"{size / _KIB:.1f} KiB"


def _bytes(size: int) -> str:
    return f"{_kib(size)} ({size} bytes)"
