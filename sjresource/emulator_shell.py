"""A shell whose variables lead to an emulator on this machine, and what to type when none answers.

Its data folder keeps key and port, so a start of the emulator is all that such a shell needs; only
where another program has the port by now, or the key is a new one, it needs new variables.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFILE: Final = "sjresource-emulator"
"""The profile of the emulator's key, in its own credentials file."""

START: Final = 'eval "$(sjresource emulator start)"'
"""What a shell types to use the emulator."""

_UNKNOWN_KEY: Final = frozenset(
    {"InvalidClientTokenId", "InvalidSignatureException", "UnrecognizedClientException"}
)
"""Another emulator's answers."""

_NO_ANSWER: Final = frozenset(
    {"ConnectTimeoutError", "EndpointConnectionError", "NoCredentialsError", "ProfileNotFound"}
)
"""botocore's errors where no emulator listens, and where its credentials file is gone."""


def is_for_emulator(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the variables are those by which a shell uses an emulator."""
    return environ.get("AWS_PROFILE") == PROFILE and bool(environ.get("AWS_ENDPOINT_URL"))


def stale_shell_advice(error: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return what to type in a shell whose emulator is not there any more; None in any other.

    Args:
        error: AWS's error code, or the name of botocore's exception.
        environ: the variables of the shell.
    """
    if not is_for_emulator(environ):
        return None
    if error in _NO_ANSWER:
        return f"no emulator runs where this shell's variables lead: type {START}"
    if error in _UNKNOWN_KEY:
        return f"this shell's variables are of an emulator before this one: type {START}"
    return None
