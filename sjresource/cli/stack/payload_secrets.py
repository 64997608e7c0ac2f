"""What is secret in a payload, told without decrypting anything. Pure.

The state says which places of a job's payload are secret, and Batch has the payload itself: what
stands there in the one at the places of the other is what must not be shown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sjresource.cli.stack.state import is_secret
from sjresource.status.masking import texts_in

if TYPE_CHECKING:
    from collections.abc import Mapping


def secrets_in_payload(resource: Mapping[str, Any], payload: str) -> frozenset[str]:
    """Give the secret values of a job resource as Batch has them; `payload` is Batch's JSON."""
    held = resource.get("inputs", {}).get("service_request_payload")
    try:
        given = json.loads(payload)
    except ValueError:
        given = payload
    return frozenset(_secrets(held, given))


def _secrets(held: Any, given: Any) -> set[str]:
    """Walk both; where the state has a secret, all that Batch has there is one."""
    if is_secret(held):
        return set(texts_in(given))
    if isinstance(held, dict) and isinstance(given, dict):
        pairs = [(value, given[key]) for key, value in held.items() if key in given]
    elif isinstance(held, list) and isinstance(given, list):
        pairs = list(zip(held, given, strict=False))
    else:
        return set()
    return {secret for pair in pairs for secret in _secrets(*pair)}
