"""Finds texts that Python made of an Output where the program meant the Output's value.

An f-string, `str` and `json.dumps(…, default=str)` of an Output give the SDK's help text, or a
`repr`, since the value isn't known at that moment. AWS would take such a text like any other. So
every text among a resource's arguments is checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_OUTPUT = re.compile(
    r"Calling (__str__|\[?toString\]?) on an \[?Output[<\[]T[>\]]\]? is not supported|"
    r"<(pulumi|sjresource)\.[\w.]*Output object at 0x[0-9a-fA-F]+>|"
    r"<coroutine object [\w.<>]+ at 0x[0-9a-fA-F]+>|"
    r"<(sjresource|pulumi\w*)\.[\w.]+ object at 0x[0-9a-fA-F]+>|"
    r"(?i:calling\W+(__)?str(__)?\W+on\W+an\W+output)"
)
"""The SDK's help text, also as part of a name, and the `repr` of an Output, of a coroutine and of a
resource.
"""
_PERHAPS = re.compile("(?i)output| at 0x")

HOLDS_OUTPUT_TEXT = (
    "holds the text of an Output, and not its value; use pulumi.Output.concat, "
    "pulumi.Output.format or pulumi.Output.json_dumps"
)


def is_output_text(value: Any) -> bool:
    """Return whether a text was made of an Output, or of another object of Pulumi's."""
    return (
        isinstance(value, str)
        and _PERHAPS.search(value) is not None
        and bool(_OUTPUT.search(value))
    )


def output_texts(value: Any, path: str = "") -> Iterator[Problem]:
    """Yield where such texts are in a value, names of members included."""
    if is_unknown(value):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if is_output_text(key):
                yield Problem(path or "a name", f"has a name that {HOLDS_OUTPUT_TEXT}")
            else:
                yield from output_texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from output_texts(item, f"{path}[{position}]")
    elif is_output_text(value):
        yield Problem(path, HOLDS_OUTPUT_TEXT)
