"""The programs in YAML that documents show, against the native provider's schema."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped] # mkdocs brings it, without its stubs
from documents import ROOT, blocks, documents

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = json.loads((ROOT / "sjresource" / "native" / "schema.json").read_text())
PROVIDER = "pulumi:providers:sjresource"
PROGRAMS = [
    block
    for document in documents()
    for block in blocks(document)
    if block.language == "yaml" and "sjresource:" in block.text and "resources:" in block.text
]
SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def problems(spec: Any, value: Any, path: str) -> Iterator[str]:
    """Yield what a value is not of its type in the schema; references to outputs are any."""
    if isinstance(value, str) and value.startswith("${"):
        return
    reference = spec.get("$ref", "")
    if reference.startswith("#/types/"):
        part = SCHEMA["types"][reference.removeprefix("#/types/")]
        yield from members(part["properties"], part.get("required", ()), value, path)
    elif spec.get("type") == "array":
        for position, item in enumerate(value):
            yield from problems(spec["items"], item, f"{path}[{position}]")
    elif spec.get("type") == "object":
        for name, item in value.items():
            yield from problems(spec["additionalProperties"], item, f"{path}.{name}")
    elif not reference and not isinstance(value, SCALARS[spec["type"]]):
        yield f"{path} is no {spec['type']}"


def members(properties: Any, required: Any, values: Any, path: str) -> Iterator[str]:
    """Yield what is missing, has no such name, or is of another type."""
    yield from (f"{path}.{name} is missing" for name in required if name not in values)
    for name, value in values.items():
        if name in properties:
            yield from problems(properties[name], value, f"{path}.{name}")
        else:
            yield f"{path}.{name} is not known"


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda each: f"{each.document.name}:{each.line}")
def test_a_program_in_yaml_is_of_the_schema(block: Any) -> None:
    """Every resource has a type, arguments of that type, and outputs that are referred to."""
    program = yaml.safe_load(block.text)
    resources = {
        name: each for name, each in program["resources"].items() if "sjresource" in each["type"]
    }  # those of other providers are not ours to check
    types = {name: each["type"] for name, each in resources.items()}
    found: list[str] = []
    for name, resource in resources.items():
        if types[name] == PROVIDER:
            part, required = SCHEMA["provider"], ()
        else:
            part = SCHEMA["resources"][types[name].replace("sjresource:", "sjresource:index:")]
            required = part["requiredInputs"]
        found += members(part["inputProperties"], required, resource["properties"], name)

    assert found == []
    assert set(types.values())


def test_the_check_finds_what_is_wrong() -> None:
    """A wrong name, a wrong type and a missing argument, at every depth."""
    queue = SCHEMA["resources"]["sjresource:index:JobQueue"]
    given = {"priorty": 1, "serviceEnvironmentOrder": [{"order": "1"}]}

    assert [*members(queue["inputProperties"], queue["requiredInputs"], given, "q")] == [
        "q.priority is missing",
        "q.priorty is not known",
        "q.serviceEnvironmentOrder[0].serviceEnvironment is missing",
        "q.serviceEnvironmentOrder[0].order is no integer",
    ]


def test_what_the_example_in_yaml_asks_for_is_what_the_page_says_to_set() -> None:
    """All of it and no more; a secret has no default, which Pulumi refuses as not encrypted."""
    (shown,) = [
        block.text
        for block in blocks(ROOT / "docs" / "languages.md")
        if "config set --secret" in block.text
    ]
    example = yaml.safe_load((ROOT / "examples" / "languages" / "yaml" / "Pulumi.yaml").read_text())
    config = example["config"]
    said = re.findall(r"config set (--secret )?(\w+) ", shown)

    needed = {name: bool(of.get("secret")) for name, of in config.items() if "default" not in of}
    assert {name: bool(secret) for secret, name in said} == needed
    assert not [name for name, of in config.items() if of.get("secret") and "default" in of]
