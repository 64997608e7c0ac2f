"""Whether the config allows the account that the credentials are for, told at preview.

`client` refuses every call there as well: a refresh and a destroy check nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.checks.conformance import Problem
from sjresource.client import account_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.settings import Settings


def account_problems(settings: Settings) -> Iterator[Problem]:
    """Give the one problem there may be; STS is asked once, and only where accounts are named."""
    refusal = account_refusal(settings)
    if refusal:
        yield Problem(
            "aws:", refusal, unsendable=True
        )  # nothing is sent to it, whatever is let pass
