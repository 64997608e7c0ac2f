"""What of a request breaks the constraints of a service's model, in the words of AWS's services.

`Value at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to
20`: AWS shows a value there too, unless the model calls it sensitive; here it is always left out,
since a payload may hold secrets. Types are in `shapes.py`.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

_SHOWN: Final = 10
_NOT_NULL: Final = "Member must not be null"
_LINE: Final = r"[^\n\r\u2028\u2029]"
_LINES: Final = {".*": f"{_LINE}*", ".+": f"{_LINE}+"}
"""A dot of the models' dialect ends at more than a newline."""
_CLASSES: Final = {
    r"\p{Alnum}": "A-Za-z0-9",
    r"\p{L}": r"\w",
    r"\p{N}": "",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}
"""Character classes that Python's `re` lacks: `\\w` has the digits of every script, too."""


def validation_error(shape: Shape, value: Any) -> str | None:
    """Return all that a value of the model's types breaks, None if that is nothing.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html
    """
    broken = list(_broken(shape, value, ""))
    if not broken:
        return None
    errors = "error" if len(broken) == 1 else "errors"
    return f"{len(broken)} validation {errors} detected: {'; '.join(broken)}"


def can_be_run(pattern: str) -> bool:
    """Return whether a pattern of a model is checked at all."""
    return _compiled(pattern) is not None


def _broken(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for constraint in _constraints(shape, value):
        yield f"Value at '{path}' failed to satisfy constraint: {constraint}"
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            below = _joined(path, name)
            if value.get(name) is not None:
                yield from _broken(member, value[name], below)
            elif name in shape.required_members:
                yield f"Value null at '{below}' failed to satisfy constraint: {_NOT_NULL}"
    elif isinstance(shape, ListShape):
        yield from _broken_items(shape.member, value, path, "Member")
    elif isinstance(shape, MapShape):
        yield from _broken_items(shape.key, value, path, "Map keys")
        yield from _broken_items(shape.value, value.values(), path, "Map value")


def _broken_items(shape: Shape, items: Any, path: str, what: str) -> Iterator[str]:
    """Yield what items break: structures each for itself, simple values all in one sentence."""
    if isinstance(shape, (StructureShape, ListShape, MapShape)):
        for number, item in enumerate(items, 1):
            yield from _broken(shape, item, f"{path}.{number}.member")
        return
    broken = dict.fromkeys(each for item in items for each in _constraints(shape, item))
    if broken:
        said = f"{what} must satisfy constraint: [{', '.join(broken)}]"
        yield f"Value at '{path}' failed to satisfy constraint: {said}"


def _constraints(shape: Shape, value: Any) -> Iterator[str]:
    """Yield the constraints of its own shape that a value breaks."""
    kind = "value" if isinstance(value, (int, float)) else "length"
    size = value if kind == "value" else len(value)
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"Member must have {kind} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"Member must have {kind} less than or equal to {most}"
        return  # a pattern is not run on what is too long for it
    words = shape.metadata.get("enum")
    if words and value not in words:
        shown = ", ".join([*words[:_SHOWN], *(["…"] if len(words) > _SHOWN else [])])
        yield f"Member must satisfy enum value set: [{shown}]"
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(pattern) if pattern else None
    if compiled is not None and not compiled.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {pattern}"


def _joined(path: str, name: str) -> str:
    """Return the path of a member, which AWS spells with a small first letter."""
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return a model's pattern for Python, None if Python can't read it."""
    translated = _LINES.get(pattern, pattern)
    for name, members in _CLASSES.items():
        translated = translated.replace(name, members)
    flags = re.UNICODE if r"\p{L}" in pattern else re.ASCII
    try:
        return re.compile(translated, flags)
    except re.error:
        return None
