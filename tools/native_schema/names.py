"""AWS's names for the native provider, made of botocore's models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, output_shape, property_name
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.stack.spelling.words import camel_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.stack.spelling.resources import Spelling

FILE = Path(__file__).parents[2] / "sjresource" / "stack" / "spelling" / "aws_names.json"


def written() -> str:
    """Return the file's text; `Names.of_json` says what is in it."""
    spellings = SPELLINGS.values()
    payload = input_shape("CreateTrainingJob", "sagemaker")
    names = {
        "requests": {
            each.request: _within(input_shape(each.request), _same, property_name)
            for each in spellings
            if each.request
        },
        "answers": {
            each.answer: _within(detail_shape(each), _same, property_name)
            for each in spellings
            if each.answer
        },
        "typed": _within(payload, camel_member, _same),
        "untyped": _within(payload, _same, _same),
    }
    return json.dumps(names, indent=1) + "\n"


def detail_shape(spelling: Spelling) -> Any:
    """Return the shape that describes one resource, without the list around it."""
    answer = output_shape(str(spelling.answer))
    return answer.members[spelling.listed].member if spelling.listed else answer


def _within(shape: Any, native: Callable[[str], str], core: Callable[[str], str]) -> Any:
    """Return the names within a shape of botocore's; both functions spell a member."""
    if shape.type_name == "structure":
        members = {
            native(member): [core(member), _within(within, native, core)]
            for member, within in shape.members.items()
        }
        return {"members": members}
    if shape.type_name == "list":
        return {"list": _within(shape.member, native, core)}
    if shape.type_name == "map":
        return {"map": _within(shape.value, native, core)}
    return "text" if shape.type_name == "string" else None


def _same(member: str) -> str:
    return member
