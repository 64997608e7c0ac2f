"""How large a job's request is as it is sent, and what makes it so.

What is unknown yet counts as nothing, so a size is never more than what will be sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, to_request
from sjresource.aws.payload import is_unknown, payload_as_sent, readable_payload
from sjresource.checks.values.rule import PAYLOAD
from sjresource.problem import Problem
from sjresource.stack.identity import submission_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Properties = Mapping[str, Any]

_KIB = 1024
MOST_OF_A_PAYLOAD = 10 * _KIB
MOST_OF_A_REQUEST = 30 * _KIB
LARGE_PAYLOAD = 8 * _KIB
"""Of a payload that grows with each parameter, this leaves room for some more."""

_ARGUMENTS = (PAYLOAD, "tags", "retry_strategy")
"""Those that can be large."""

_DIGEST = "0" * 64
"""As long as what names a run among a job's marks, and as a clientToken."""

_SHOWN = 3
_WORTH_SHOWING = _KIB // 2


def requests_fit(properties: Properties) -> Iterator[Problem]:
    """A payload has at most 10 KiB as it is sent, and a whole request 30 KiB.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    size, whole = _payload_size(properties), _request_size(properties)
    if size > MOST_OF_A_PAYLOAD:
        yield Problem(PAYLOAD, _too_large(size, readable_payload(properties.get(PAYLOAD))))
    elif whole > MOST_OF_A_REQUEST:
        most = f"Batch takes at most {_bytes(MOST_OF_A_REQUEST)}"
        path = max(_ARGUMENTS, key=lambda name: _json_size(properties.get(name)))
        yield Problem(path, f"has most of a request of {_bytes(whole)}, and {most} in all")


def payload_is_large(properties: Properties, payload: Properties) -> Iterator[str]:
    """A payload has at most 10 KiB, and grows.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    size = _payload_size(properties)
    if LARGE_PAYLOAD < size <= MOST_OF_A_PAYLOAD:
        yield f"{PAYLOAD} {_too_large(size, payload)}"


def _too_large(size: int, payload: Properties) -> str:
    most, largest = _bytes(MOST_OF_A_PAYLOAD), _largest(payload)
    return f"is {_bytes(size)} as it is sent, and Batch takes at most {most}{largest}"


def _payload_size(properties: Properties) -> int:
    name = properties.get("job_name")
    known = _known(readable_payload(properties.get(PAYLOAD)))
    try:
        return _size_of(payload_as_sent(known, name if isinstance(name, str) else ""))
    except (TypeError, ValueError):
        return 0  # what can't be written is told elsewhere


def _request_size(properties: Properties) -> int:
    """Return the size of SubmitServiceJob's body, with the marks that a submission has."""
    known = _known(dict(properties))
    name, identity = known.get("job_name"), known.get("identity")
    try:
        known[PAYLOAD] = payload_as_sent(
            _known(readable_payload(properties.get(PAYLOAD))), str(name or "")
        )
        request: dict[str, Any] = to_request(input_shape("SubmitServiceJob"), known)
        marks = submission_tags(identity, _DIGEST, _DIGEST, 0) if identity else {}
        request["tags"] = {**(request.get("tags") or {}), **marks}
        return len(json.dumps({"clientToken": _DIGEST, **request}))
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
        return 0  # something has a wrong kind, which is told elsewhere


def _known(value: Any) -> Any:
    """Leave out what is unknown."""
    if isinstance(value, dict):
        return {name: _known(item) for name, item in value.items() if not is_unknown(item)}
    if isinstance(value, (list, tuple)):
        return [_known(item) for item in value if not is_unknown(item)]
    return value


def _largest(payload: Properties) -> str:
    """Name the largest members by their paths: never a value, which may be secret."""
    sizes = sorted(
        ((_json_size(value), *_heaviest(name, value)) for name, value in payload.items()),
        key=lambda found: -found[0],
    )
    shown = [f"{path} ({_kib(size)})" for _, path, size in sizes if size >= _WORTH_SHOWING]
    return f"; the largest is in {', '.join(shown[:_SHOWN])}" if shown else ""


def _heaviest(path: str, value: Any) -> tuple[str, int]:
    """Follow what holds more than half of a member."""
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
