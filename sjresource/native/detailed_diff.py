"""The leaves that changed, for the engine's detailed diff. Pure.

The core says which property changed; a payload is one property of it, and the user wants to see the
one hyperparameter. Two values are the same where the core takes them for the same
(`sjresource.aws.payload`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.native.values import readable_path
from sjresource.stack.diff import means_the_same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sjresource.stack.spelling.names import Path
    from sjresource.stack.spelling.resources import Spelling

ADD, DELETE, UPDATE = "ADD", "DELETE", "UPDATE"
"""Kinds of the protocol's PropertyDiff; in a replacement `_REPLACE` follows."""


class Leaf(NamedTuple):
    """A changed leaf: where the program has it, and the kind of its change."""

    path: Path
    kind: str


def changed_leaves(
    spelling: Spelling,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    *,
    changed: Iterable[str],
    replaces: Iterable[str] = (),
    typed: bool = False,
) -> Iterator[Leaf]:
    """Yield the changed leaves of the changed properties; each property has at least one.

    A payload that is JSON text is a leaf itself: the engine has no path into a text, but marks the
    lines of it that differ.

    Args:
        spelling: the resource's.
        olds: the core's properties of the last `up`.
        news: the core's properties now.
        changed: the core's names of what changed.
        replaces: those of them that replace the resource.
        typed: whether the program has the payload as `trainingJob`.
    """
    replacing = set(replaces)
    for name in changed:
        leaves = list(_leaves(olds.get(name), news.get(name), ()))
        for path, kind in leaves or [Leaf((), UPDATE)]:
            native = spelling.native_path((name, *path), typed=typed)
            told = readable_path(native)
            how = kind if told == native else UPDATE
            yield Leaf(told, f"{how}_REPLACE" if name in replacing else how)


def _leaves(old: Any, new: Any, path: Path) -> Iterator[Leaf]:
    if means_the_same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _leaves(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for position in range(max(len(old), len(new))):
            before, after = (_item(each, position) for each in (old, new))
            yield from _leaves(before, after, (*path, position))
    elif old is None:
        yield Leaf(path, ADD)
    elif new is None:
        yield Leaf(path, DELETE)
    else:
        yield Leaf(path, UPDATE)


def _item(items: list[Any], position: int) -> Any:
    return items[position] if position < len(items) else None
