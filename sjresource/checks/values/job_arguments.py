"""The arguments of a service job as rules and warnings read them, with the payload parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import InvalidPayload, is_unknown, parse_payload
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Payload = Mapping[str, Any]
    Rule = Callable[["JobArguments"], Iterator[Problem]]
    Warn = Callable[["JobArguments"], Iterator[str]]

PAYLOAD = "service_request_payload"


@dataclass(frozen=True)
class JobArguments:
    """A job's arguments under our names, and its payload under SageMaker's own.

    `payload` is empty where the payload is absent, still unknown, or cannot be parsed; in the last
    case `parse_error` says why. `stack_region` is that of the stack's config, None if it has none.
    """

    properties: Mapping[str, Any]
    payload: Mapping[str, Any]
    parse_error: str | None = None
    stack_region: str | None = None

    @classmethod
    def parse(cls, properties: Mapping[str, Any], stack_region: str | None = None) -> JobArguments:
        """Return the arguments with their payload parsed, if that is possible."""
        given = properties.get(PAYLOAD)
        payload: dict[str, Any] = {}
        parse_error = None
        if given is not None and not is_unknown(given):
            try:
                payload = parse_payload(given)
            except InvalidPayload as error:
                parse_error = str(error)
        return cls(properties, payload, parse_error, stack_region)


def in_payload(path: str, reason: str) -> Problem:
    """Return a problem with what is at `path` in the payload."""
    return Problem(f"{PAYLOAD}.{path}", reason)
