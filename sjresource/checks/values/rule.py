"""What a rule of a job is: how its parts depend on each other, as AWS says it in words.

No model holds these. A rule is a function of the request (Batch's side, under our names) and of the
payload (SageMaker's, under its own), and names the page, or the refusal of AWS's, that it is from.
It speaks only of what is known; wrong kinds and missing members are told by `conformance`. What AWS
does not say in its own words is no rule but a warning: see `advice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Mapping[str, Any]
    Payload = Mapping[str, Any]
    Rule = Callable[[Request, Payload], Iterator[Problem]]

PAYLOAD = "service_request_payload"


def in_payload(path: str, reason: str) -> Problem:
    """Make the problem of what stands at `path` in the payload."""
    return Problem(f"{PAYLOAD}.{path}", reason)
