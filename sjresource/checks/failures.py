"""What every check ends in: the inputs with a failure for each problem, and the account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure, CheckResult

from sjresource.aws.clients import account_refusal
from sjresource.problem import Problem
from sjresource.sanitize import plain
from sjresource.stack.damage import RESTORE, damages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.aws.settings import Settings


CONFIG = "aws:"
"""The path of a problem that lies in the settings, and in no argument."""


class ProblemFailure(CheckFailure):
    """A check failure made of a problem; each front words the path as its programs spell it.

    It names no property: the engine prints the value of a property that a failure names, in the
    clear even if it is a secret.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__("", plain(f"{problem.path} {problem.reason}"))
        self.problem = problem


def account_problems(settings: Settings) -> list[Problem]:
    """Return the problem with the account, if any; STS is asked once, if the config names accounts.

    `validation: warn` never lets it pass: no call is made for an account that is not allowed.
    """
    refusal = account_refusal(settings)
    return [Problem(CONFIG, refusal, unsendable=True)] if refusal else []


def damaged_check(
    noun: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckResult | None:
    """Return the failed check of a resource whose inputs in the state are damaged; else None."""
    found = next(damages(noun, olds, whole=False), None)
    if found is None:
        return None
    problem = Problem(found.path, f"{found.seen}, in the state: {RESTORE}", unsendable=True)
    return check_result(news, [problem])


def check_result(inputs: Mapping[str, Any], problems: Iterable[Problem]) -> CheckResult:
    """Return the inputs as they came, with a failure for each problem."""
    return CheckResult(dict(inputs), [ProblemFailure(each) for each in problems])


def with_default_name_told(checked: CheckResult, name: str) -> CheckResult:
    """Return a check's result whose failures of a name say that the program did not give it."""

    def told(failure: CheckFailure) -> CheckFailure:
        if not isinstance(failure, ProblemFailure) or failure.problem.path != name:
            return failure
        reason = f"{failure.problem.reason}; it is made of the resource's name, so give {name}"
        return ProblemFailure(failure.problem._replace(reason=reason))

    return CheckResult(checked.inputs, [told(each) for each in checked.failures])


def with_failures(checked: CheckResult, problems: Iterable[Problem]) -> CheckResult:
    """Return a check's result with more problems added to its failures."""
    found = check_result(checked.inputs, problems)
    return CheckResult(checked.inputs, [*checked.failures, *found.failures])
