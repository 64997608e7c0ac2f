"""Writes the types of the payload, `sjresource/training_job_request.py`, from botocore's model.

Run it after an update of botocore: `python tools/payload_types.py`. A test says when it is due.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sjresource.aws.models import input_shape

ROOT = Path(__file__).parents[1]
FILE = ROOT / "sjresource" / "training_job_request.py"
NAME = "CreateTrainingJobArgs"

HEAD = '''\
"""The type of `service_request_payload`, made by tools/payload_types.py from botocore's model.

Editors and type checkers find a wrong key in `payload: sj.CreateTrainingJobArgs = {…}`.
"""

# ruff: noqa: D101 - SageMaker's API reference describes them

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input
'''


def written() -> str:
    """Return the module's text."""
    structures: dict[str, Any] = {}
    _collect(input_shape("CreateTrainingJob", "sagemaker"), structures)
    classes = [_class(name, shape) for name, shape in structures.items()]
    return "\n\n".join([HEAD, *classes])


def _collect(shape: Any, found: dict[str, Any]) -> None:
    """Find the structures, inner ones first."""
    if shape.type_name == "structure":
        for member in shape.members.values():
            _collect(member, found)
        found.setdefault(shape.name, shape)
    elif shape.type_name == "list":
        _collect(shape.member, found)
    elif shape.type_name == "map":
        _collect(shape.value, found)


def _class(name: str, shape: Any) -> str:
    lines = [f"    {member}: {_type(each)}" for member, each in shape.members.items()]
    return (
        "\n".join([f"class {_named(name)}(TypedDict, total=False):", *(lines or ["    pass"])])
        + "\n"
    )


def _named(name: str) -> str:
    return NAME if name == "CreateTrainingJobRequest" else f"{name}Args"


def _type(shape: Any) -> str:
    kinds = {
        "integer": "int",
        "long": "int",
        "float": "float",
        "double": "float",
        "boolean": "bool",
    }
    if shape.type_name == "structure":
        return f"Input[{_named(shape.name)}]"
    if shape.type_name == "list":
        return f"Input[Sequence[{_type(shape.member)}]]"
    if shape.type_name == "map":
        return f"Input[Mapping[str, {_type(shape.value)}]]"
    return f"Input[{kinds.get(shape.type_name, 'str')}]"


if __name__ == "__main__":
    FILE.write_text(written())
