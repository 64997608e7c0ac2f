"""Reads arguments that may be unknown, absent or of the wrong type.

Rules look only at what is known and of the right type; shapes are checked elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown, payload_or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def value_at(value: Any, path: str) -> Any:
    """Return the value at `a.b.c`, None if there is none; an unknown on the way is returned."""
    for step in path.split("."):
        if is_unknown(value):
            return value
        value = value.get(step) if isinstance(value, dict) else None
    return value


def may_be_given(value: Any, path: str) -> bool:
    """Return whether there is a value at `path`, or an unknown that may hold one."""
    return value_at(value, path) is not None


def is_given(value: Any, path: str) -> bool:
    """Return whether there is a known value at `path`."""
    found = value_at(value, path)
    return found is not None and not is_unknown(found)


def whole_number_at(value: Any, path: str) -> int | None:
    """Return the integer at `path`; None for anything else."""
    found = value_at(value, path)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return int(found) if isinstance(found, int) or found.is_integer() else None


def text_at(value: Any, path: str) -> str | None:
    """Return the known text at `path`; None for anything else."""
    found = value_at(value, path)
    return found if isinstance(found, str) and not is_unknown(found) else None


def items_at(value: Any, path: str) -> list[Any]:
    """Return the list at `path`; an empty one for anything else."""
    found = value_at(value, path)
    return list(found) if isinstance(found, (list, tuple)) else []


def each_at(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield each item of the list at `path`, with the item's own path."""
    for position, item in enumerate(items_at(value, path)):
        yield f"{path}[{position}]", item


def repeated_at(value: Any, path: str, name: str) -> Iterator[str]:
    """Yield the path of each `name` that an earlier item of the list at `path` has too."""
    seen = set()
    for item_path, item in each_at(value, path):
        found = value_at(item, name)
        if not isinstance(found, (str, int, float)) or is_unknown(found):
            continue
        if found in seen:
            yield f"{item_path}.{name}"
        seen.add(found)


def is_true(value: Mapping[str, Any], path: str) -> bool:
    """Return whether the value at `path` is a known True."""
    return value_at(value, path) is True


def holds_unknown(value: Any) -> bool:
    """Return whether a value is, or contains, an unknown."""
    if isinstance(value, dict):
        return any(map(holds_unknown, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(holds_unknown, value))
    return is_unknown(value)


def with_known(olds: Any, news: Any) -> Any:
    """Return `news` with the old value wherever it is unknown."""
    if is_unknown(news):
        return olds
    if isinstance(news, dict):
        before = payload_or_empty(olds)
        return {name: with_known(before.get(name), item) for name, item in news.items()}
    if isinstance(news, (list, tuple)):
        kept = [*(olds if isinstance(olds, (list, tuple)) else ()), *[None] * len(news)]
        return [with_known(old, new) for old, new in zip(kept, news, strict=False)]
    return news
