"""The schema's types, made of botocore's shapes and of our own types of arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docstrings import described_attributes

from native_schema.words import in_schema_words, plain_text
from sjresource import args
from sjresource.aws.models import property_name
from sjresource.stack.spelling.words import camel_member

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Spec = dict[str, Any]

ANY: Spec = {"$ref": "pulumi.json#/Any"}

_SCALARS = {
    "string": "string",
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "timestamp": "string",
    "blob": "string",
}
_FILLED_IN = {"TrainingJobName"}
"""Required members that sjresource makes of the job's name."""

_ARGS = re.compile(r"(\w+)Args\b")


def described(spec: Mapping[str, Any], text: str) -> Spec:
    """Return a property of this type with a description."""
    return {**spec, "description": text} if text else dict(spec)


def array(items: Spec) -> Spec:
    """Return the type of a list."""
    return {"type": "array", "items": items}


def mapping(values: Spec) -> Spec:
    """Return the type of a mapping from names of the user's own."""
    return {"type": "object", "additionalProperties": values}


class TypeTable:
    """The types that have a name, and the types that refer to them."""

    def __init__(self) -> None:
        self.types: dict[str, Spec] = {}
        self._names: dict[str, str] = {}

    def argument(self, shape: Any, annotation: str) -> Spec:
        """Return the type of an argument; `annotation` names its class in `args`, if it has one."""
        found = _ARGS.search(annotation)
        if shape.type_name == "list":
            return array(self.argument(shape.member, annotation))
        if shape.type_name == "structure" and found:
            return self._of_args(shape, found[1])
        return self.batch(shape)

    def batch(self, shape: Any) -> Spec:
        """Return the type of one of Batch's answers, or of an argument that has one already."""
        return self._of(shape, self._names.get(shape.name, shape.name), str, self.batch)

    def payload(self, shape: Any) -> Spec:
        """Return the type of a part of CreateTrainingJob's request."""
        name = shape.name
        if name == "CreateTrainingJobRequest":
            name = "TrainingJob"
        elif not name.startswith("Training"):
            name = f"Training{name}"
        return self._of(shape, name, camel_member, self.payload, is_input=True)

    def object(self, name: str, properties: Mapping[str, Spec], text: str, **more: Any) -> Spec:
        """Return the type of an object with these properties, under a name of its own."""
        token = f"sjresource:index:{name}"
        self.types[token] = described({"type": "object", "properties": properties, **more}, text)
        return {"$ref": f"#/types/{token}"}

    def _of(
        self,
        shape: Any,
        name: str,
        spelled: Callable[[str], str],
        inner: Callable[[Any], Spec],
        *,
        is_input: bool = False,
    ) -> Spec:
        if shape.type_name == "list":
            return array(inner(shape.member))
        if shape.type_name == "map":
            return mapping(inner(shape.value))
        if shape.type_name != "structure":
            return {"type": _SCALARS[shape.type_name]}
        token = f"sjresource:index:{name}"
        if token not in self.types:
            self.types[token] = {}  # shapes may refer to themselves
            required = sorted(map(spelled, {*shape.required_members} - _FILLED_IN))
            more = {"required": required} if is_input and required else {}
            properties = {
                spelled(member): described(inner(each), plain_text(each))
                for member, each in shape.members.items()
            }
            self.object(name, properties, plain_text(shape), **more)
        return {"$ref": f"#/types/{token}"}

    def _of_args(self, shape: Any, name: str) -> Spec:
        """Return the type of a structure that has a class in `args`, with that class's words."""
        cls = getattr(args, f"{name}Args")
        self._names[shape.name] = name
        texts: dict[str, str] = {}
        for each in (getattr(args, f"_{name}Args", None), cls):  # the base has what is required
            texts |= described_attributes(each) if each else {}
        properties = {
            member: described(
                self.argument(each, str(cls.__annotations__[property_name(member)])),
                in_schema_words(texts[property_name(member)]) or plain_text(each),
            )
            for member, each in shape.members.items()
        }
        required = [m for m in shape.members if property_name(m) in cls.__required_keys__]
        more = {"required": sorted(required)} if required else {}
        return self.object(name, properties, in_schema_words(cls.__doc__ or ""), **more)
