"""Whose account the credentials are for: whether the config allows it, and what it can't know.

What is not allowed is told at preview, and `client` refuses every call there as well: a refresh and
a destroy check nothing. In another account nothing is found, and nothing is gone by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import account_refusal, caller_account
from sjresource.errors import RequestFailed, Unreachable
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.aws.settings import Settings


def account_problems(settings: Settings) -> Iterator[Problem]:
    """Give the one problem there may be; STS is asked once, and only where accounts are named."""
    refusal = account_refusal(settings)
    if refusal:
        # Nothing is sent to it, whatever is let pass.
        yield Problem("aws:", refusal, unsendable=True)


def confirm_gone(settings: Settings, noun: str, id_: str) -> None:
    """Make sure that a not-found is not another account's answer.

    Raises:
        RequestFailed: the credentials are for another account than the resource's.
        Unreachable: whose credentials they are can't be told.
    """
    arn, account = parse_arn(id_), caller_account(settings)
    if arn and account is None:
        seen = "not found, but STS does not tell for which account"
        raise Unreachable("reading", noun, id_, seen, "run it again when STS can be reached")
    if arn and account != arn.account:
        seen = f"not found in account {account}, but it is in account {arn.account}"
        raise RequestFailed("reading", noun, id_, seen, "use that account's credentials")
