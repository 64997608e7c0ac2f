"""Reads single values of a namespace of the stack's config.

Every value is a string, a nested one JSON text: so the engine passes config to a dynamic provider,
and `pulumi.Config.get` returns it. Errors name the key only, since the value may be a secret.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from sjresource.aws.arn import REGION_FORM, is_region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_URL = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE)
_GO_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class ConfigValues:
    """The values of `namespace`; `get` takes a key without it. An empty string is no value.

    Every method raises pulumi.RunError for a value that is not of its kind.
    """

    namespace: str
    get: Callable[[str], Any]

    def text(self, key: str) -> str | None:
        """Return a string as it is; None if it is not set."""
        return self.get(key) or None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; a single string is a list of one."""
        text = self.text(key)
        if text is None:
            return ()
        if not text.startswith("["):
            return (text,)
        return self.list_of_texts(key, self.nested(key))

    def list_of_texts(self, key: str, value: Any) -> tuple[str, ...]:
        """Return the texts of a list in `key`; numbers are taken for texts."""
        if not isinstance(value, list) or not all(map(_is_scalar, value)):
            self.refuse(key, "must have a list of texts")
        return tuple(map(_as_text, value))

    def map_of_texts(self, key: str, value: Any) -> dict[str, str]:
        """Return the texts of an object in `key`, without what is null; as in a list."""
        known = isinstance(value, dict) and {k: v for k, v in value.items() if v is not None}
        if known is False or not all(map(_is_scalar, known.values())):
            self.refuse(key, "must have an object of texts")
        return {name: _as_text(each) for name, each in known.items()}

    def region(self, key: str) -> str | None:
        """Return a region's name; None if it is not set."""
        text = self.text(key)
        if text is not None and not is_region(text):
            self.refuse(key, f"{REGION_FORM}, of letters and hyphens")
        return text

    def url(self, key: str, name: str, value: Any) -> str:
        """Return the URL of what is called `name` in `key`."""
        if not isinstance(value, str) or not _URL.fullmatch(value):
            self.refuse(key, f"has for {name!r} no URL such as https://batch.example.com")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean; False if it is not set."""
        text = str(self.text(key) or "false").lower()
        if text not in ("true", "false"):
            self.refuse(key, "must be true or false")
        return text == "true"

    def count(self, key: str) -> int | None:
        """Return a whole number of at least 0; None if it is not set."""
        text = self.text(key)
        if text is None:
            return None
        if not str(text).isdecimal():
            self.refuse(key, "must be a whole number")
        return int(text)

    def one_of(self, key: str, allowed: Iterable[str]) -> str | None:
        """Return a string that is one of `allowed`; None if it is not set."""
        text = self.text(key)
        if text is not None and text not in allowed:
            self.refuse(key, f"must be {' or '.join(allowed)}")
        return text

    def nested(self, key: str) -> Any:
        """Return a parsed object or list; None if it is not set."""
        text = self.text(key)
        if text is None:
            return None
        try:
            return json.loads(text)
        except ValueError:
            self.refuse(key, "must be an object or a list")

    def mapping(self, key: str, known: Iterable[str]) -> Mapping[str, Any]:
        """Return an object whose members are all `known`; empty if it is not set."""
        return self.members(key, self.nested(key) or {}, known)

    def members(self, key: str, value: Any, known: Iterable[str]) -> Mapping[str, Any]:
        """Return the set members of `value`, which is in `key`; all have to be `known`."""
        if not isinstance(value, dict):
            self.refuse(key, "must be an object")
        for name in value:
            if name not in known:
                self.refuse(key, f"has no member {name!r}; it may have {', '.join(known)}")
        return {name: each for name, each in value.items() if each not in (None, "", [], {})}

    def seconds(self, key: str, duration: Any) -> int:
        """Return the seconds of a duration in `key`, in Go's notation as in pulumi-aws: `1h30m`."""
        match = _GO_DURATION.fullmatch(str(duration))
        if match is None or not any(match.groups()):
            self.refuse(key, "has a duration that can't be read; write it as 1h or 15m or 900s")
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds

    def refuse(self, key: str, seen: str) -> NoReturn:
        """Raise the error for a setting."""
        from pulumi import RunError  # noqa: PLC0415 - 0.25 s that the command saves

        raise RunError(f"reading Setting ({self.namespace}:{key}): {seen}")
