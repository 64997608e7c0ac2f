"""What is checked of queues, environments, policies and shares.

First each one's own arguments. Then, of a queue or a share, the resources around it: the program
knows those that it declares itself, and AWS is asked about the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.checks.failures import account_problems, check_result, with_failures
from sjresource.checks.preflight.declared import conflict_problems
from sjresource.checks.preview import MANAGED, PREVIEW
from sjresource.checks.rules.requests import failing, queue_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi.dynamic import CheckResult

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Settings
    from sjresource.checks.preflight.live_problem import LiveProblem
    from sjresource.problem import Problem
    from sjresource.stack.config import CheckSettings

    Properties = Mapping[str, Any]
    Find = Callable[[BatchClient, Properties], list[LiveProblem]]


def check_arguments(
    settings: Settings, checking: CheckSettings, operation: str, properties: Properties
) -> CheckResult:
    """Check the arguments with which `operation` would make a resource."""
    problems = [*account_problems(settings), *queue_problems(operation, properties)]
    return check_result(properties, failing(problems, lenient=checking.lenient))


def with_conflicts(
    noun: str, checked: CheckResult, settings: Settings, checking: CheckSettings, find: Find | None
) -> CheckResult:
    """Return a check's result with the conflicts around the resource.

    What is this stack's own may be about to change, so it is only warned of. `find` asks AWS; with
    None it is not asked, where nothing would be sent that AWS could refuse.
    """
    properties = checked.inputs
    declared = list(conflict_problems(properties))
    paths = {problem.path for problem in declared}
    problems = [(problem, "") for problem in declared]
    if find and checking.preflight:
        live = _live_problems(properties, settings, find)
        problems.extend(each for each in live if each[0].path not in paths)
    return with_failures(checked, PREVIEW.failing(noun, properties, problems, checking))


def warn_if_new_and_unreachable(
    checked: CheckResult, olds: Properties, settings: Settings, checking: CheckSettings
) -> CheckResult:
    """Warn if AWS cannot be asked and the resource is new and right; return its check's result."""
    if checking.preflight and not olds and not checked.failures:
        PREVIEW.warn_if_unreachable(settings)
    return checked


def _live_problems(
    properties: Properties, settings: Settings, find: Find
) -> Iterator[tuple[Problem, str]]:
    """Yield each live problem, and `MANAGED` where this stack has something to repair it."""
    PREVIEW.warn_if_unreachable(settings)
    client = PREVIEW.client(settings, None)
    if client is None:
        return
    for found in find(client, properties):
        is_ours = found.is_of_stack(client, properties.get("identity"))
        yield found.problem, MANAGED if is_ours else ""
