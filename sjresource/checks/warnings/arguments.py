"""The warnings about a resource's arguments, as texts: what is meant otherwise, what was let pass.

The program raises them on its resource's row, and the native provider in its checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, terminate_command
from sjresource.checks.rules.requests import LET_PASS, job_problems, queue_problems
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.warnings.queues import QUEUE_WARNINGS
from sjresource.checks.warnings.requests import job_warnings
from sjresource.stack.ownership import RECORDED_BEFORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sjresource.problem import Problem


def warnings_of_job(
    arguments: Mapping[str, Any], region: str | None, *, lenient: bool
) -> list[str]:
    """Return the warnings about a service job; `lenient` is `validation: warn`.

    Args:
        arguments: those that are given; unknown ones are skipped.
        region: the configured one, to which a queue's is compared.
        lenient: whether problems were let pass, which are warnings then.
    """
    parsed = JobArguments.parse(arguments, region)
    let_pass = _let_pass(lambda: job_problems(parsed)) if lenient else []
    return [*job_warnings(parsed), *let_pass]


def warnings_of_queue_side(
    operation: str, arguments: Mapping[str, Any], *, lenient: bool
) -> list[str]:
    """Return the warnings about what `operation` makes: a queue, environment, policy or share."""
    warnings = [text for warn in QUEUE_WARNINGS.get(operation, ()) for text in warn(arguments)]
    let_pass = _let_pass(lambda: queue_problems(operation, arguments)) if lenient else []
    return [*warnings, *let_pass]


def warnings_of_other_runs(orphans: Iterable[str], recorded: Iterable[str]) -> Iterator[str]:
    """Yield a warning of each live job that earlier runs of a resource left behind."""
    for arn in orphans:
        yield (
            f"an earlier run of this resource is still live: {arn}; stop it with "
            f"`{terminate_command(arn)}`"
        )
    for arn in recorded:
        yield (
            f"another run under this resource's name is live: {arn}; {RECORDED_BEFORE}; "
            f'own it with adopt_job_id="{name_in(arn)}", or leave it'
        )


def _let_pass(problems: Callable[[], Iterable[Problem]]) -> list[str]:
    return [f"{each.path} {each.reason}; {LET_PASS}" for each in problems() if not each.unsendable]
