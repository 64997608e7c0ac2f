"""What a changed property means: the table of each resource, and the diff made from it.

| rule                           | meaning                                                         |
| ------------------------------ | --------------------------------------------------------------- |
| `REPLACES`                     | the old one is deleted, a new one is made: for a job, a new run |
| `IN_PLACE`                     | the API can change it on the one that exists                    |
| `REPLACES_IF_ADDED_OR_REMOVED` | in place for another value; adding or removing it replaces      |
| (no rule)                      | it is ignored: a change of it alone shows nothing               |

The identity has no row: its changes are in place for every resource that has tags in AWS
(`find_changes`).

The inputs of the last `up` are compared with the inputs of this one, never with what the service
returns, and both in their canonical form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pulumi.dynamic import DiffResult

from sjresource.aws.arn import same_resource
from sjresource.aws.payload import (
    InvalidPayload,
    canonical,
    is_unknown,
    is_written_alike,
    parse_payload,
    same_value,
)
from sjresource.stack.identity import identity_changed
from sjresource.stack.inputs.secret_paths import hides_more
from sjresource.stack.spelling.resources import is_native

REPLACES = "replaces"
IN_PLACE = "in place"
REPLACES_IF_ADDED_OR_REMOVED = "replaces if added or removed"

Rules = Mapping[str, str]


class Changes(NamedTuple):
    """The changed properties, by what they mean."""

    replaces: list[str]
    in_place: list[str]

    def __bool__(self) -> bool:
        """Return whether anything has changed."""
        return bool(self.replaces or self.in_place)

    def diff_result(self, *, is_rewritten: bool = False) -> DiffResult:
        """Return the engine's form; of the reasons it passes on `replaces` alone.

        Args:
            is_rewritten: see `needs_rewriting`.
        """
        return DiffResult(changes=bool(self) or is_rewritten, replaces=self.replaces)


def find_changes(rules: Rules, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Changes:
    """Compare old inputs with new ones; unknown values differ from every known one.

    A stack or resource that was renamed or moved is an update, by which the tags in AWS follow it;
    the engine shows the changed `identity` as its reason where the provider is dynamic.
    """
    changes = Changes([], ["identity"] if identity_changed(olds, news) else [])
    for name, rule in rules.items():
        old, new = olds.get(name), news.get(name)
        if _EQUAL.get(name, means_the_same)(old, new):
            continue
        is_added_or_removed = old is None or new is None
        replaced = rule == REPLACES or (
            rule == REPLACES_IF_ADDED_OR_REMOVED and is_added_or_removed
        )
        (changes.replaces if replaced else changes.in_place).append(name)
    return changes


def needs_rewriting(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether a state needs an update although nothing differs.

    One of the native provider is to be spelled anew, and what has become a secret to be hidden.
    """
    return is_native(olds) or hides_more(olds, news)


def means_the_same(old: Any, new: Any) -> bool:
    """Compare canonical forms, in which empty and absent are equal."""
    return is_written_alike(old, new) or same_value(_wanted(old), _wanted(new))


def _wanted(value: Any) -> Any:
    form = canonical(value)
    return None if form in ({}, []) else form


def _equal_payloads(old: Any, new: Any) -> bool:
    try:
        return means_the_same(parse_payload(old), parse_payload(new))
    except InvalidPayload:  # unknown, or broken and a check failure already
        return False


def _equal_names(old: Any, new: Any) -> bool:
    """Return whether both mean the same queue, by name or by ARN."""
    if isinstance(old, str) and isinstance(new, str):
        return same_resource(old, new)
    return means_the_same(old, new)


def _equal_strategies(old: Any, new: Any) -> bool:
    """Return whether both retry alike: Batch takes an action in any case, as AWS's SDK sends it."""
    return means_the_same(with_upper_case_actions(old), with_upper_case_actions(new))


def with_upper_case_actions(value: Any) -> Any:
    """Return a retry strategy, or what holds one, with each `action` in upper case."""
    if isinstance(value, dict):
        return {
            name: item.upper()
            if name == "action" and isinstance(item, str) and not is_unknown(item)
            else with_upper_case_actions(item)
            for name, item in value.items()
        }
    return (
        [with_upper_case_actions(item) for item in value]
        if isinstance(value, (list, tuple))
        else value
    )


_EQUAL: dict[str, Callable[[Any, Any], bool]] = {
    "service_request_payload": _equal_payloads,
    "job_queue": _equal_names,
    "retry_strategy": _equal_strategies,
}
