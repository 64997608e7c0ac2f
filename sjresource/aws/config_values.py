"""Single values of a namespace of the stack's config.

Every value arrives as a string, a nested one as JSON text: that is how the engine hands config to a
dynamic provider, and how `pulumi.Config.get` gives it to a program. What can't be read is told by
its key; its value may be a secret.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_GO_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


@dataclass(frozen=True)
class ConfigValues:
    """The values of `namespace`; `get` takes a key without it. An empty string is no value.

    Every method raises pulumi.RunError for a value that is not of its kind.
    """

    namespace: str
    get: Callable[[str], Any]

    def text(self, key: str) -> str | None:
        """Give a string as it is."""
        return self.get(key) or None

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of strings; one string alone stands for a list of one."""
        text = self.text(key)
        if text is None:
            return ()
        if not text.startswith("["):
            return (text,)
        return tuple(str(item) for item in self.nested(key))

    def flag(self, key: str) -> bool:
        """Give a boolean, False where there is none."""
        text = str(self.text(key) or "false").lower()
        if text not in ("true", "false"):
            self.refuse(key, "must be true or false")
        return text == "true"

    def count(self, key: str) -> int | None:
        """Give a whole number of at least 0."""
        text = self.text(key)
        if text is None:
            return None
        if not str(text).isdecimal():
            self.refuse(key, "must be a whole number")
        return int(text)

    def one_of(self, key: str, allowed: Iterable[str]) -> str | None:
        """Give a string that is one of `allowed`."""
        text = self.text(key)
        if text is not None and text not in allowed:
            self.refuse(key, f"must be {' or '.join(allowed)}")
        return text

    def nested(self, key: str) -> Any:
        """Give what an object or a list holds; None where there is none."""
        text = self.text(key)
        if text is None:
            return None
        try:
            return json.loads(text)
        except ValueError:
            self.refuse(key, "must be an object or a list")

    def mapping(self, key: str, known: Iterable[str]) -> Mapping[str, Any]:
        """Give an object, empty where there is none, whose members are all `known`."""
        return self.members(key, self.nested(key) or {}, known)

    def members(self, key: str, value: Any, known: Iterable[str]) -> Mapping[str, Any]:
        """Give `value`, which stands in `key`, if it is an object whose members are all known."""
        if not isinstance(value, dict):
            self.refuse(key, "must be an object")
        for name in value:
            if name not in known:
                self.refuse(key, f"has no member {name!r}; it may have {', '.join(known)}")
        return {name: each for name, each in value.items() if each not in (None, "", [], {})}

    def seconds(self, key: str, duration: Any) -> int:
        """Read a duration that stands in `key`, in Go's writing (`1h30m`), as pulumi-aws does."""
        match = _GO_DURATION.fullmatch(str(duration))
        if match is None or not any(match.groups()):
            self.refuse(key, "has a duration that can't be read; write it as 1h or 15m or 900s")
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds

    def refuse(self, key: str, seen: str) -> NoReturn:
        """Say what is wrong with a setting, and end."""
        raise pulumi.RunError(f"reading Setting ({self.namespace}:{key}): {seen}")
