"""What is checked of a queue or a share beyond its own arguments: the things around it.

The program tells of those that it declares itself, AWS of those that there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.clients import batch_client
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.checks.preflight.queue_facts import are_this_stacks
from sjresource.checks.service_job import tell_if_unasked
from sjresource.checks.warnings.in_plugin import LET_PASS, MANAGED, tell
from sjresource.checks.warnings.siblings import misfit_problems
from sjresource.errors import SjresourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi.dynamic import CheckResult

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Checking, Settings
    from sjresource.checks.preflight.queue import Misfit
    from sjresource.problem import Problem

    Properties = Mapping[str, Any]
    Find = Callable[[BatchClient, Properties], list[Misfit]]


def failures_around(
    noun: str,
    properties: Properties,
    settings: Settings,
    checking: Checking,
    find: Find | None,
) -> Iterator[Problem]:
    """Return what fails, and tell what does not: a stack's own may be about to change.

    `find` asks AWS; None leaves that out, as where nothing would be sent that AWS could refuse.
    """
    here = list(misfit_problems(properties))
    for problem in here:
        if checking.lenient:
            tell(noun, properties, problem, LET_PASS)
        else:
            yield problem
    told = {problem.path for problem in here}
    for problem, repairable in _live(properties, settings, find if checking.preflight else None):
        if problem.path in told:
            continue
        if repairable or checking.lenient:
            tell(noun, properties, problem, MANAGED if repairable else LET_PASS)
        else:
            yield problem


def tell_of_new(
    checked: CheckResult, olds: Properties, settings: Settings, checking: Checking
) -> CheckResult:
    """Say why AWS can't be asked, if this is new and right; nothing around it is looked at."""
    if checking.preflight and not olds and not checked.failures:
        tell_if_unasked(settings)
    return checked


def _live(
    properties: Properties, settings: Settings, find: Find | None
) -> Iterator[tuple[Problem, bool]]:
    if find is None:
        return
    tell_if_unasked(settings)
    try:
        client = batch_client(settings, None, OPTIONAL_TIMEOUTS)
    except SjresourceError:  # no region, no such profile: that is told
        return
    for problem, things in find(client, properties):
        yield problem, are_this_stacks(client, things, properties.get("identity"))
