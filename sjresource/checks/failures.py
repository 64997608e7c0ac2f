"""What every check ends in: the inputs with a failure for each problem, and the account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure, CheckResult

from sjresource.aws.clients import account_refusal
from sjresource.problem import Problem
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.aws.settings import Settings


def account_problems(settings: Settings) -> list[Problem]:
    """Return the problem with the account, if any; STS is asked once, if the config names accounts.

    `validation: warn` never lets it pass: no call is made for an account that is not allowed.
    """
    refusal = account_refusal(settings)
    return [Problem("aws:", refusal, unsendable=True)] if refusal else []


def check_result(inputs: Mapping[str, Any], problems: Iterable[Problem]) -> CheckResult:
    """Return the inputs as they came, with a failure for each problem.

    The failures name no property: the engine prints the value of a property that a failure names,
    in the clear even if it is a secret.
    """
    failures = [CheckFailure("", plain(f"{each.path} {each.reason}")) for each in problems]
    return CheckResult(dict(inputs), failures)


def with_failures(checked: CheckResult, problems: Iterable[Problem]) -> CheckResult:
    """Return a check's result with more problems added to its failures."""
    found = check_result(checked.inputs, problems)
    return CheckResult(checked.inputs, [*checked.failures, *found.failures])
