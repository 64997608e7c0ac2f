"""The names within a value, and the value or a path in it under its other names. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Path: TypeAlias = tuple["str | int", ...]
"""The steps to a value: names, and positions in lists."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True)
class Names:
    """The names within one value: by which names it has members, and what its items are.

    `members` maps the schema's name to the core's and to the names within. A list or a map has
    `items`; `is_list` tells them apart. `is_text` says that the API takes text, so that a number is
    written as one.
    """

    members: Mapping[str, tuple[str, Names]] = field(default_factory=dict)
    items: Names | None = None
    is_text: bool = False
    is_list: bool = False

    @cached_property
    def by_core_name(self) -> Mapping[str, tuple[str, Names]]:
        """The reverse of `members`; of two schema names for one in the core, the first."""
        found: dict[str, tuple[str, Names]] = {}
        for native, (core, within) in self.members.items():
            found.setdefault(core, (native, within))
        return found

    @classmethod
    def of_json(cls, found: Any) -> Names:
        """Return names as `aws_names.json` has them.

        A structure has `members`, each with the core's name and what is within; a `list` and a
        `map` have what their items are. "text" is a text, and None any other value.
        """
        if found is None:
            return OPAQUE
        if found == "text":
            return TEXT
        if "members" in found:
            return cls(
                {
                    native: (core, cls.of_json(within))
                    for native, (core, within) in found["members"].items()
                }
            )
        ((kind, items),) = found.items()
        return cls(items=cls.of_json(items), is_list=kind == "list")

    def renamed(self, value: Any, *, to_core: bool) -> Any:
        """Return a value with the core's names, or else the schema's, at every depth."""
        if isinstance(value, dict):
            if self.items is not None:
                return {k: self.items.renamed(item, to_core=to_core) for k, item in value.items()}
            members = self.members if to_core else self.by_core_name
            found = {}
            for name, item in value.items():
                other, within = members.get(name, (name, OPAQUE))
                # Most are texts, which have no names within.
                is_text = isinstance(item, str)
                found[other] = item if is_text else within.renamed(item, to_core=to_core)
            return found
        if isinstance(value, list):
            within = self.items or OPAQUE
            return [within.renamed(item, to_core=to_core) for item in value]
        if self.is_text and isinstance(value, (bool, int, float)):
            # YAML's config has the number 100 where the program says "100".
            return json.dumps(value)
        return value

    def renamed_path(self, path: Path, *, to_core: bool) -> Path:
        """Return a path with the core's names, or else the schema's."""
        names = self
        found: list[str | int] = []
        for step in path:
            members = names.members if to_core else names.by_core_name
            if names.items is not None or step not in members:
                found.append(step)
                names = names.items or OPAQUE
            else:
                other, names = members[str(step)]
                found.append(other)
        return tuple(found)


OPAQUE = Names()
"""Of a value whose names are the user's, or of one that has none."""
TEXT = Names(is_text=True)


def steps_of(path: str) -> Path:
    """Return the steps of a problem's path: `capacity_limits[0].max_capacity` has three."""
    return tuple(int(position) if position else name for name, position in _STEP.findall(path))
