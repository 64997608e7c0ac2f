"""Warnings on the rows of resources, raised in the program.

A provider's check can only fail, and knows no row. The program knows its resources, but not yet
what is unknown. So a warning is raised as soon as the resource's arguments are known; a preview
raises those that follow from what is known by then.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_plain, payload_or_empty
from sjresource.checks.preflight.declared import Declarations, declared_so_far
from sjresource.checks.rules.instance_hours import requested_instances
from sjresource.checks.values.lookups import holds_unknown
from sjresource.checks.warnings.arguments import (
    warnings_of_job,
    warnings_of_other_runs,
    warnings_of_queue_side,
)
from sjresource.checks.warnings.queues import QUEUE_WARNINGS
from sjresource.sanitize import plain
from sjresource.stack.config import check_settings, stack_settings
from sjresource.status.capacity import TOO_LARGE_ADVICE, could_run, too_large_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_IDENTITIES = frozenset({"identity", "aliased_identities"})


def warn_of_job(job: pulumi.Resource, arguments: Mapping[str, Any]) -> None:
    """Raise the warnings about a service job, and the problems that `validation: warn` let pass."""
    region, lenient = stack_settings().in_region(arguments.get("region")).region, _is_lenient()

    def texts(known: dict[str, Any]) -> list[str]:
        return warnings_of_job(known, region, lenient=lenient)

    # The identity, which has to be waited for, counts in the request's size alone.
    unused = frozenset() if lenient else _IDENTITIES
    _warn(job, {name: value for name, value in arguments.items() if name not in unused}, texts)


def warn_of_create_before_delete(job: pulumi.Resource, opts: pulumi.ResourceOptions | None) -> None:
    """Warn of a job with `delete_before_replace=False`, which can't be replaced unchanged."""
    if opts and opts.delete_before_replace is False:
        pulumi.log.warn(
            "with delete_before_replace=False, `--replace` and `pulumi state taint` of an "
            "unchanged job are refused: the engine doesn't say that a create replaces, so the job "
            "that exists may as well be another stack's; change `triggers` for a new run",
            resource=job,
        )


async def warn_of_other_runs(job: Any) -> None:
    """Warn of live jobs that earlier runs of this resource left behind."""
    # Not by an apply: the SDK waits for all Outputs at once, anew each time that one is there.
    orphans: list[str] | None = None
    recorded: list[str] | None = None
    with contextlib.suppress(Exception):  # the SDK reports what went wrong with the resource
        orphans = await job.orphans.future()
        recorded = await job.recorded_runs.future()
    for text in warnings_of_other_runs(orphans or (), recorded or ()):
        pulumi.log.warn(text, resource=job)


def warn_of_queue_side(
    resource: pulumi.Resource, operation: str, arguments: Mapping[str, Any]
) -> None:
    """Raise the warnings about a queue, environment, policy or share."""
    lenient = _is_lenient()

    def texts(known: dict[str, Any]) -> list[str]:
        return warnings_of_queue_side(operation, known, lenient=lenient)

    if operation in QUEUE_WARNINGS or lenient:
        _warn(resource, arguments, texts)


async def warn_of_capacity(job: pulumi.Resource, arguments: Mapping[str, Any]) -> None:
    """Raise a warning if a job will wait for ever behind environments of the same program.

    In a new stack the queue is unknown in the preview, and AWS cannot be asked about it. The
    program has declared it, though, and the environments behind it.
    """
    text = None
    if isinstance(arguments["job_queue"], pulumi.Output):  # AWS can be asked about a name
        with contextlib.suppress(Exception):  # the SDK reports what went wrong with an argument
            text = await capacity_warning(Declarations(declared_so_far()), arguments)
    if text:
        pulumi.log.warn(text, resource=job)


async def capacity_warning(program: Declarations, job: Mapping[str, Any]) -> str | None:
    """Return a warning of what is asked for and what there is; None if it fits or is not known."""
    queue = await program.queue_of(job)
    if queue is None:
        return None
    wanted = requested_instances(await _resources_of(job["service_request_payload"]))
    found = (await program.environments_of(queue.arguments)).values()
    if not wanted or not found or None in found:
        return None
    limits = [each.arguments.get("capacity_limits") for each in found if each]
    environments = [_described(await _known(each)) for each in limits]
    if None in environments or any(could_run(each, wanted) for each in environments if each):
        return None
    whose = "its queue's environments, which this program declares,"
    words = too_large_words(wanted, [each for each in environments if each], whose)
    path = "service_request_payload.ResourceConfig"
    return f"{path} {words}; it would wait for ever: {TOO_LARGE_ADVICE}"


def _is_lenient() -> bool:
    return check_settings().lenient


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


async def _resources_of(payload: Any) -> dict[str, Any]:
    """Return a payload's instances; the rest need not be waited for."""
    if isinstance(payload, dict):
        return {"ResourceConfig": await _known(payload.get("ResourceConfig"))}
    return payload_or_empty(await _known(payload))


async def _known(value: Any) -> Any:
    """Return a value with the values of its Outputs; None where one is unknown."""
    known = value if is_plain(value) else await pulumi.Output.from_input(value).future()
    return None if holds_unknown(known) else known


def _described(limits: Any) -> dict[str, Any] | None:
    """Return limits as AWS describes them; None if they are not as they have to be."""
    with contextlib.suppress(TypeError, KeyError, ValueError):
        return {
            "capacityLimits": [
                {"maxCapacity": float(each["max_capacity"]), "capacityUnit": each["capacity_unit"]}
                for each in limits
            ]
        }
    return None
