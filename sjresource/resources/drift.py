"""What somebody else changed: the arguments of a resource held against what it is now.

The service adds defaults, orders lists as it likes and tells ARNs where names were given; none of
that is a change. Only what the program says is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn, same_resource
from sjresource.aws.payload import same_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def drifted(
    names: Iterable[str], inputs: Mapping[str, Any], live: Mapping[str, Any]
) -> dict[str, Any]:
    """Give what is otherwise now, as it is now, so that the next diff shows it."""
    changed = {
        name: live.get(name)
        for name in names
        if inputs.get(name) is not None and not still_holds(inputs[name], live.get(name))
    }
    if "tags" in changed:
        found = live.get("tags") or {}
        changed["tags"] = {key: found[key] for key in inputs["tags"] if key in found}
    return changed


def still_holds(wanted: Any, live: Any) -> bool:
    """Tell whether `live` is all that is wanted; it may be more."""
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
    """Compare without the order, which the service need not keep."""
    return len(wanted) == len(live) and all(
        any(still_holds(item, other) for other in live) for item in wanted
    )
