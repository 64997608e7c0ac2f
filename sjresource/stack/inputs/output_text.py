"""The text that Python makes of an Output, where a program meant the Output's value.

An f-string, `str` and `json.dumps(…, default=str)` over an Output give the SDK's help text, or a
`repr`, and not the value: it can be known of neither at that moment. Such a text is data like any
other to AWS, which submits it. Every text among a resource's arguments is looked at.
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
"""The SDK's help text, also made a name of, and what `repr` gives of an Output, of a coroutine and
of a resource.
"""
_PERHAPS = re.compile("(?i)output| at 0x")

TELLS = (
    "holds the text of an Output, and not its value; use pulumi.Output.concat, "
    "pulumi.Output.format or pulumi.Output.json_dumps"
)


def is_output_text(value: Any) -> bool:
    """Whether a text was made of an Output, or of another thing of Pulumi's that has no text."""
    return (
        isinstance(value, str)
        and _PERHAPS.search(value) is not None
        and bool(_OUTPUT.search(value))
    )


def output_texts(value: Any, path: str = "") -> Iterator[Problem]:
    """Find such texts in a value, and in the names of what it holds."""
    if is_unknown(value):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if is_output_text(key):
                yield Problem(path or "a name", f"has a name that {TELLS}")
            else:
                yield from output_texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from output_texts(item, f"{path}[{position}]")
    elif is_output_text(value):
        yield Problem(path, TELLS)
