"""Writes the reference of the native provider's schema, a page of the site, from the schema itself.

`docs/reference/native.md` has a comment where it stands in the site: the schema has its words, and
a second copy of 80 types would be read by nobody.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

SCHEMA = Path(__file__).parents[1] / "sjresource" / "native" / "schema.json"
PLACE = "<!-- the schema -->"

_HTML = re.compile(r"<(?=[a-zA-Z/])")
_CODE = re.compile(r"`[^`]*`")


def with_reference(markdown: str) -> str:
    """Return a page with the reference in its place; any other page as it is."""
    if PLACE not in markdown:
        return markdown
    return markdown.replace(PLACE, "\n".join(reference(json.loads(SCHEMA.read_text()))))


def reference(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines: the provider, each resource, each function, each type."""
    yield from _part("Provider", schema["provider"], schema["provider"]["inputProperties"], "input")
    for token, each in schema["resources"].items():
        inputs, name = each["inputProperties"], _name(token)
        yield from _part(name, each, inputs, "input", each["requiredInputs"])
        outputs = {n: p for n, p in each["properties"].items() if n not in inputs}
        yield from _table("output, beside the inputs", outputs)
    for token, each in schema["functions"].items():
        given, answer = each["inputs"], each["outputs"]
        yield from _part(_name(token), each, given["properties"], "argument", given["required"])
        yield from _table("result", answer["properties"])
    for token, each in schema["types"].items():
        required = each.get("required", ())
        yield from _part(_name(token), each, each["properties"], "member", required)


def type_of(spec: Mapping[str, Any]) -> str:
    """Return a type as a reader takes it, with a link to one that has a name."""
    if "$ref" in spec:
        token = spec["$ref"]
        if token == "pulumi.json#/Any":  # noqa: S105 - a token of a type
            return "any"
        return f"[{_name(token)}](#{_name(token).lower()})"
    if spec["type"] == "array":
        return f"list of {type_of(spec['items'])}"
    if spec["type"] == "object":
        return f"map of {type_of(spec['additionalProperties'])}"
    return str(spec["type"])


def _part(
    name: str,
    part: Mapping[str, Any],
    properties: Mapping[str, Any],
    column: str,
    required: Collection[str] = (),
) -> Iterator[str]:
    text = part.get("description", "")
    yield from (f"## {name}", "", *([_plain(text), ""] if text else []))
    yield from _table(column, properties, required)


def _table(
    column: str, properties: Mapping[str, Any], required: Collection[str] = ()
) -> Iterator[str]:
    if not properties:
        return
    yield from (f"| {column} | type | |", "| --- | --- | --- |")
    for name, each in properties.items():
        marks = [
            *(["required"] if name in required else []),
            *(["secret"] if each.get("secret") else []),
            *(["a change replaces"] if each.get("willReplaceOnChanges") else []),
        ]
        notes = f" ({', '.join(marks)})" if marks else ""
        text = _plain(each.get("description", "")).replace("\n\n", "<br>").replace("\n", "<br>")
        yield f"| `{name}`{notes} | {type_of(each)} | {text.replace('|', '&#124;')} |"
    yield ""


def _name(token: str) -> str:
    return token.rpartition(":")[2].rpartition("/")[2]


def _plain(text: str) -> str:
    """Keep Markdown from taking a text for HTML, a list or a heading; code stays as it is."""
    codes = _CODE.findall(text)
    others = [_HTML.sub("&lt;", part).replace("*", "\\*") for part in _CODE.split(text)]
    return "".join(part + code for part, code in zip(others, [*codes, ""], strict=True))
