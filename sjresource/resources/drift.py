"""Drift: the arguments of a resource compared with its live values.

AWS adds defaults, reorders lists and answers ARNs where names were given: none of that is drift.
Only the values that the program sets are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn, same_resource
from sjresource.aws.models import answer_properties
from sjresource.aws.payload import same_value
from sjresource.stack.diff import IN_PLACE, REPLACES_IF_ADDED_OR_REMOVED
from sjresource.stack.ownership import has_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.stack.diff import Rules

DRIFTING = ("scheduling_priority", "tags")
"""What Batch tells of a live job as it is set; both change in place."""


def find_drift(rules: Rules, inputs: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the live values that differ from the inputs, so that the next diff shows them.

    Only of what can be changed in place: the rest would replace the resource, and end jobs.
    """
    changed = {
        name: live.get(name)
        for name, rule in rules.items()
        if _is_changeable(rule, live.get(name))
        and inputs.get(name) is not None
        and not still_holds(inputs[name], live.get(name))
    }
    if "tags" in changed:
        found = live.get("tags") or {}
        changed["tags"] = {key: found[key] for key in inputs["tags"] if key in found}
    return changed


def drift_of_job(
    detail: Mapping[str, Any], inputs: Mapping[str, Any], ignores: Callable[[str], bool]
) -> dict[str, Any]:
    """Return what somebody changed of what an update can set again: of an ended job nothing.

    Args:
        detail: the job, as Batch describes it.
        inputs: its arguments.
        ignores: whether a tag is to stay as it is in the inputs.
    """
    if has_ended(detail):
        return {}
    described = answer_properties("DescribeServiceJob", detail)
    rules = {name: IN_PLACE for name in DRIFTING if name in described}
    return find_drift(rules, inputs, without_ignored_tags(described, inputs, ignores))


def without_ignored_tags(
    live: Mapping[str, Any], inputs: Mapping[str, Any], ignores: Callable[[str], bool]
) -> dict[str, Any]:
    """Return live values with the tags that are ignored as they are in the inputs."""
    kept = {key: value for key, value in (inputs.get("tags") or {}).items() if ignores(key)}
    return {**live, "tags": {**(live.get("tags") or {}), **kept}} if kept else dict(live)


def _is_changeable(rule: str, live: Any) -> bool:
    return rule == IN_PLACE or (rule == REPLACES_IF_ADDED_OR_REMOVED and live is not None)


def still_holds(wanted: Any, live: Any) -> bool:
    """Return whether `live` has everything that is wanted; it may have more."""
    if isinstance(wanted, dict):
        found = live if isinstance(live, dict) else {}
        return all(
            value is None or still_holds(value, found.get(name)) for name, value in wanted.items()
        )
    if isinstance(wanted, (list, tuple)):
        return _same_items(list(wanted), list(live or []))
    if isinstance(wanted, str) and isinstance(live, str) and parse_arn(live):
        return same_resource(wanted, live)
    return same_value(wanted, live)


def _same_items(wanted: list[Any], live: list[Any]) -> bool:
    """Return whether the items are the same in any order: AWS need not keep it."""
    return len(wanted) == len(live) and all(
        any(still_holds(item, other) for other in live) for item in wanted
    )
