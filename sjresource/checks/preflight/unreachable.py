"""Why AWS could not be asked in a preview, and the command that mends it, by botocore's words.

A preview without credentials is not wrong, so this is a warning: it has checked less than it seems
to, and the update will fail.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from sjresource.aws.calls import DENIED, TRANSIENT
from sjresource.emulator_shell import is_for_emulator
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.aws.settings import Settings

_ADVICE = (
    (r"You must specify a region", "`pulumi config set aws:region us-east-1`, or AWS_REGION"),
    (
        r"config profile .* could not be found",
        "`aws configure --profile {profile}`, or name another in aws:profile or AWS_PROFILE",
    ),
    (
        r"SSO|sso|Token has expired|retrieving token",
        "`aws sso login{option}`",
    ),
    (
        r"Unable to locate credentials|Partial credentials",
        "`aws configure` or `aws sso login`, or name a profile in aws:profile or AWS_PROFILE",
    ),
    (
        r"retrieving credentials|MFA code",
        "see what gives the credentials{of}: its credential_process, its token's file, its MFA",
    ),
    (
        r"security token|ExpiredToken|UnrecognizedClient|InvalidClientToken|SignatureDoesNot",
        "renew the credentials{of}, and see `aws sts get-caller-identity`",
    ),
    (
        r"endpoint|connect|proxy|timed? ?out|SSL|resolve",
        "see the network, aws:region, aws:endpoints and AWS_ENDPOINT_URL*",
    ),
)


def unreachable_warning(
    error: SjresourceError, settings: Settings, environ: Mapping[str, str] = os.environ
) -> str | None:
    """Return a warning that AWS was not asked, and why; None if AWS answered, with a refusal.

    A throttled account answers later, and a job's own check is no place to wait for that.
    """
    answered = isinstance(error, NotFound) or (
        isinstance(error, RequestFailed) and error.code in (DENIED | TRANSIENT) - _CREDENTIALS
    )
    if answered:
        return None
    seen = plain(error.seen).rstrip(".")
    if is_for_emulator(environ) and error.advice:
        advice = error.advice
    else:
        advice = access_advice(seen, settings, environ)
    return (
        f"AWS was not asked: {seen}; nothing was checked against the queue; {advice}; "
        "`sjresource doctor` says more"
    )


_CREDENTIALS = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


def access_advice(seen: str, settings: Settings, environ: Mapping[str, str] = os.environ) -> str:
    """Return what to do about an error of botocore's that says why AWS can't be asked."""
    profile = settings.profile or environ.get("AWS_PROFILE")
    words = {
        "profile": profile or "NAME",
        "option": f" --profile {profile}" if profile else "",
        "of": f" of the profile {profile}" if profile else "",
    }
    found = (advice for pattern, advice in _ADVICE if re.search(pattern, seen))
    return next(found, "see the stack's aws: config").format(**words)
