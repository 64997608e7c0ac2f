"""Parses and compares payloads: a service job's CreateTrainingJob request, as dict or JSON text.

Its members keep AWS's names. Payloads that mean the same have one canonical form: key order, `1` or
`1.0`, text or dict, an empty map or none are no change. A false change is a paid training run.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pulumi
from pulumi.runtime import rpc


class InvalidPayload(ValueError):  # noqa: N818 - a fact, as in errors.py
    """The payload is not a JSON object; the message never quotes it."""


def is_unknown(value: Any) -> bool:
    """Return whether a preview does not know `value` yet."""
    return isinstance(value, pulumi.output.Unknown) or value == rpc.UNKNOWN


def parse_payload(value: Any) -> dict[str, Any]:
    """Return the payload as a dict.

    Raises:
        InvalidPayload: it is neither a dict nor the JSON text of an object.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            position = (
                f" at line {error.lineno}, column {error.colno}: {error.msg}"
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            raise InvalidPayload(
                f"must be a JSON object, got text that is not JSON{position}"
            ) from None
    if not isinstance(value, dict):
        raise InvalidPayload(f"must be a JSON object, got {json_type(value)}")
    return value


def canonical(value: Any) -> Any:
    """Return the one form of everything that means the same as `value`.

    Integral floats are integers, keys are sorted, and members that are None, empty maps or empty
    lists are left out, as by the API. Unknown values stay as they are, and equal no known value.
    """
    if isinstance(value, dict):
        members = {key: canonical(value[key]) for key in sorted(value)}
        return {key: item for key, item in members.items() if not _is_absent(item)}
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def same_value(one: Any, other: Any) -> bool:
    """Return whether two values mean the same: NaN is itself here, and true is not 1."""
    return is_written_alike(one, other) or _same_form(canonical(one), canonical(other))


def is_written_alike(one: Any, other: Any) -> bool:
    """Return whether two values are the same to the letter, whatever the order of their keys.

    An unchanged resource's are. It is ten times as quick to see as what else means the same.
    """
    if one is other:
        return True
    if type(one) is not type(other):  # equal ones, as 1 and true, may not mean the same
        return False
    if isinstance(one, str):
        return bool(one == other)
    try:
        return _sorted_json(one) == _sorted_json(other)
    except (TypeError, ValueError):  # no JSON: unknown values, which a program has as objects
        return repr(one) == repr(other)


_sorted_json = json.JSONEncoder(sort_keys=True).encode


def payload_json(value: Any) -> str:
    """Return the payload as it is sent: equal requests are equal in every byte."""
    return json.dumps(canonical(parse_payload(value)), separators=(",", ":"), ensure_ascii=False)


def payload_as_sent(value: Any, job_name: str) -> str:
    """Return the payload as submitted; the job's name is the default of TrainingJobName."""
    return payload_json(_with_default_name(value, job_name))


def _with_default_name(value: Any, job_name: str) -> dict[str, Any]:
    return {"TrainingJobName": default_training_job_name(job_name), **parse_payload(value)}


def sends_the_same(one: Any, other: Any, job_name: Any) -> bool:
    """Return whether a job of this name is the same request with either payload."""
    if not isinstance(job_name, str):
        return False
    try:
        one, other = parse_payload(one), parse_payload(other)
    except InvalidPayload:  # unknown, or broken and a check failure already
        return False
    return is_written_alike(one, other) or same_value(
        _with_default_name(one, job_name), _with_default_name(other, job_name)
    )


def json_type(value: Any) -> str:
    """Return the JSON type of `value` in words, for messages: the value itself may be secret."""
    if value is None:
        return "null"
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    return type(value).__name__


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (str, "a string"),
    ((list, tuple), "a list"),
    (dict, "an object"),
)


_MAX_TRAINING_JOB_NAME = 63


def default_training_job_name(job_name: str) -> str:
    """Return a valid name made from the job's; Batch generates the training job's real one."""
    return job_name.replace("_", "-").strip("-")[:_MAX_TRAINING_JOB_NAME].strip("-") or "job"


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, (dict, list)) and not value)


def _same_form(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_form(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_form, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other) or (_is_nan(one) and _is_nan(other))


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def is_plain(value: Any) -> bool:
    """Return whether `value` is plain JSON, without an Output or anything else to await.

    To await it, Pulumi would make an Output of each value in it: 120 for one payload.
    """
    if isinstance(value, (str, int, float)) or value is None:  # most are
        return True
    if isinstance(value, dict):
        return all(map(is_plain, value.values())) and all(map(is_plain, value))
    return isinstance(value, (list, tuple)) and all(map(is_plain, value))


def payload_or_empty(value: Any) -> dict[str, Any]:
    """Return the payload as a dict; empty if it is unknown or invalid, which a check reports."""
    try:
        return parse_payload(value)
    except InvalidPayload:
        return {}
