"""Suggests the name that was probably meant where a wrong one was given."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def close_names(name: str, known: Collection[str], most: int = 1) -> list[str]:
    """Return the known names that are closest, best first, whatever case or style `name` has.

    Names that differ in case, `-` and `_` alone count once among the `most`.
    """
    by_letters = defaultdict(list)
    for each in known:
        by_letters[_letters(each)].append(each)
    near = difflib.get_close_matches(_letters(name), list(by_letters), n=most)
    return [each for letters in near for each in by_letters[letters]]


def did_you_mean(names: Collection[str], otherwise: str = "") -> str:
    """Return whether these names were meant, as an error's last clause; else `otherwise`."""
    advice = f"did you mean {' or '.join(names)}?" if names else otherwise
    return f"; {advice}" if advice else ""


def nearest(name: str, known: Collection[str]) -> str:
    """Return which known name was meant, as an error's last clause; "" if none is close."""
    return did_you_mean(close_names(name, known))


def nearest_or_all(name: str, known: Collection[str], most: int = 1) -> str:
    """Return which known name was meant, as an error's last clause, or all if none is close."""
    return did_you_mean(close_names(name, known, most), f"there are {', '.join(known)}")


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
