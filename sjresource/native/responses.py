"""Responses of the protocol that several resources answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime import proto

from sjresource.native.values import write
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.native.values import Properties


MOVED = "moves here from the dynamic resources, and nothing else changes"
RENAMED = "renamed or moved: its tags in AWS follow, and nothing else changes"
"""Why there is an update, where no leaf has changed."""


def renamed_job(name: str) -> str:
    """Return the warning of an update of a job whose resource has got another name.

    A create after a lost state lists the jobs of its own name, and Batch can't rename a job.
    """
    return (
        f'its job is still "{name}" in Batch: give it jobName: "{name}", so that it is found again '
        "if the state should ever be lost"
    )


class PartialState(Exception):  # noqa: N818 - a fact, as in errors.py
    """It exists, and is not as it should be: the engine keeps id and state, and says why."""

    def __init__(self, id_: str, state: Properties, inputs: Properties, reason: str) -> None:
        super().__init__(reason)
        self.details = proto.ErrorResourceInitFailed(
            id=id_, properties=write(*state), inputs=write(*inputs), reasons=[plain(reason)]
        )


def check_response(inputs: Any, reasons: Iterable[str]) -> Any:
    """Return the inputs, with a failure for each reason.

    The failures name no property: of one that they name, the engine shows the value, in the clear
    even if it is a secret.
    """
    failures = [proto.CheckFailure(property="", reason=plain(each)) for each in reasons]
    return proto.CheckResponse(inputs=inputs, failures=failures)


def diff_response(
    detailed: Mapping[str, Any],
    *,
    is_rewritten: bool = False,
    hides_inputs: bool = False,
    **more: Any,
) -> Any:
    """Return what has changed, by the path of each leaf.

    Args:
        detailed: see `property_diff`; empty if no leaf has changed.
        is_rewritten: whether the state is to be written anew. That has no path: by a path
            `replaceOnChanges: ["*"]` would make a replacement of it, a paid run of a job.
        hides_inputs: whether it is because arguments have become secrets. Which ones is seen where
            the engine compares the inputs; without any path it would show all as they were.
        more: other members of the response.
    """
    changes = bool(detailed) or is_rewritten or hides_inputs
    return proto.DiffResponse(
        changes=proto.DiffResponse.DIFF_SOME if changes else proto.DiffResponse.DIFF_NONE,
        diffs=sorted({path.partition(".")[0].partition("[")[0] for path in detailed}),
        detailedDiff=detailed,
        hasDetailedDiff=bool(detailed) or not hides_inputs,
        **more,
    )


def property_diff(kind: str, *, in_inputs: bool = True) -> Any:
    """Return a leaf's change as the protocol has it; `kind` is one of its words."""
    return proto.PropertyDiff(kind=getattr(proto.PropertyDiff, kind), inputDiff=in_inputs)
