"""Warnings on the rows of resources, raised in the program.

A provider's check can only fail, and knows no row; the program knows its resources, but not yet
what is unknown. So a warning is raised as soon as the resource's arguments are known, in previews
with what is known by then.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_plain
from sjresource.aws.settings import Checking
from sjresource.checks.rules.queues import QUEUE_ADVICE
from sjresource.checks.rules.requests import job_problems, queue_problems
from sjresource.checks.warnings.in_plugin import LET_PASS
from sjresource.checks.warnings.job import job_advice
from sjresource.checks.warnings.program_capacity import too_much
from sjresource.checks.warnings.siblings import declare
from sjresource.sanitize import plain
from sjresource.stack.config import stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.problem import Problem


def warn_of_job(job: pulumi.Resource, arguments: Mapping[str, Any]) -> None:
    """Raise what `advice` has to say of a service job, and what `validation: warn` let pass."""
    region = stack_settings().in_region(arguments.get("region")).region

    def texts(known: dict[str, Any]) -> list[str]:
        passed = _passed(lambda: job_problems(known, region))
        return [*job_advice(known, region), *passed]

    _warn(job, arguments, texts)


async def warn_of_capacity(job: pulumi.Resource, arguments: Mapping[str, Any]) -> None:
    """Raise that a job will wait for ever, if this very program says so."""
    said = None
    with contextlib.suppress(Exception):  # the SDK reports what went wrong with an argument
        said = await too_much(arguments["job_queue"], arguments["service_request_payload"])
    if said:
        pulumi.log.warn(said, resource=job)


def warn_of_queue_side(
    resource: pulumi.Resource, operation: str, arguments: Mapping[str, Any]
) -> None:
    """Raise what there is to say of a queue, environment, policy or share.

    The thing is remembered as declared, for what the program declares after it.
    """
    declare(resource, operation, arguments)
    advice = QUEUE_ADVICE.get(operation, ())

    def texts(known: dict[str, Any]) -> list[str]:
        passed = _passed(lambda: queue_problems(operation, known))
        return [*(text for advise in advice for text in advise(known)), *passed]

    if advice or Checking.from_config(pulumi.Config("sjresource").get).lenient:
        _warn(resource, arguments, texts)


def _passed(problems: Callable[[], Iterable[Problem]]) -> list[str]:
    """Return what was let pass; models and rules are looked at only if anything was."""
    if not Checking.from_config(pulumi.Config("sjresource").get).lenient:
        return []
    return [f"{each.path} {each.reason}; {LET_PASS}" for each in problems() if not each.unsendable]


def _warn(
    resource: pulumi.Resource,
    arguments: Mapping[str, Any],
    texts: Callable[[dict[str, Any]], list[str]],
) -> None:
    def warn(known: dict[str, Any]) -> None:
        for text in texts({name: value for name, value in known.items() if value is not None}):
            pulumi.log.warn(plain(text), resource=resource)

    known = {name: value for name, value in arguments.items() if is_plain(value)}
    others = {name: value for name, value in arguments.items() if name not in known}
    if others:
        awaited = pulumi.Output.all(**others)
        awaited.apply(lambda later: warn({**known, **later}), run_with_unknowns=True)
    else:
        warn(known)
