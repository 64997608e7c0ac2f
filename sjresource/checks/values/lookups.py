"""Reading arguments that may be unknown, absent or of the wrong kind.

The rules look at what is known and right in its kind; everything else is somebody else's to tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown, readable_payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def value_at(value: Any, path: str) -> Any:
    """Give what stands at `a.b.c`, None if nothing does; an unknown on the way is the answer."""
    for step in path.split("."):
        if is_unknown(value):
            return value
        value = value.get(step) if isinstance(value, dict) else None
    return value


def may_be_given(value: Any, path: str) -> bool:
    """Tell whether something stands there, or something unknown that may hold it."""
    return value_at(value, path) is not None


def is_given(value: Any, path: str) -> bool:
    """Tell whether something known stands there."""
    found = value_at(value, path)
    return found is not None and not is_unknown(found)


def whole_number_at(value: Any, path: str) -> int | None:
    """Give the integer at `path`, None for everything else."""
    found = value_at(value, path)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return int(found) if isinstance(found, int) or found.is_integer() else None


def items_at(value: Any, path: str) -> list[Any]:
    """Give the list at `path`, empty for everything else."""
    found = value_at(value, path)
    return list(found) if isinstance(found, (list, tuple)) else []


def repeated(items: list[Any], name: str) -> Iterator[int]:
    """Give the positions of items whose `name` an earlier item has."""
    seen = set()
    for position, item in enumerate(items):
        found = value_at(item, name)
        if not isinstance(found, (str, int, float)) or is_unknown(found):
            continue
        if found in seen:
            yield position
        seen.add(found)


def is_true(value: Mapping[str, Any], path: str) -> bool:
    """Tell whether `path` holds a known True."""
    return value_at(value, path) is True


def holds_unknown(value: Any) -> bool:
    """Tell whether anything in it is unknown."""
    if isinstance(value, dict):
        return any(map(holds_unknown, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(holds_unknown, value))
    return is_unknown(value)


def with_known(olds: Any, news: Any) -> Any:
    """Give `news` with what was there before wherever it is unknown."""
    if is_unknown(news):
        return olds
    if isinstance(news, dict):
        before = readable_payload(olds)
        return {name: with_known(before.get(name), item) for name, item in news.items()}
    if isinstance(news, (list, tuple)):
        kept = [*(olds if isinstance(olds, (list, tuple)) else ()), *[None] * len(news)]
        return [with_known(old, new) for old, new in zip(kept, news, strict=False)]
    return news
