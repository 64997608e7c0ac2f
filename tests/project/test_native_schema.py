from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from native_schema import names
from native_schema.package import FILE, written
from reference_tables import RESOURCES

from sjresource.native.schema import provider_settings, schema_text
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.vocabulary import TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: dict[str, Any] = json.loads(FILE.read_text())


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of the schema, of resources, functions, types and config."""
    for name, each in schema.items() if isinstance(schema, dict) else ():
        if name in ("properties", "inputProperties", "variables"):
            yield from ((f"{path}.{key}", value) for key, value in each.items())
        yield from properties(each, f"{path}.{name}")


def test_the_schema_is_what_the_code_says() -> None:
    """If this fails, run `python tools/native_schema`."""
    assert written() == FILE.read_text()
    assert schema_text() == FILE.read_text()
    assert names.written() == names.FILE.read_text()


def test_there_is_a_resource_for_each_dynamic_one() -> None:
    """Under its own name, and with the dynamic type as an alias, so that a stack can move."""
    dynamic = {resource.__name__ for resource in RESOURCES}
    assert {token.rpartition(":")[2] for token in SCHEMA["resources"]} == dynamic
    for token, resource in SCHEMA["resources"].items():
        assert resource["aliases"] == [{"type": TYPE_PREFIX + token.rpartition(":")[2]}]


@pytest.mark.parametrize("token", SPELLINGS)
def test_the_schema_and_the_spelling_have_the_same_names(token: str) -> None:
    """What a program may write is what the provider reads, and what it answers has a name."""
    resource, spelling = SCHEMA["resources"][token], SPELLINGS[token]
    assert set(resource["inputProperties"]) == set(spelling.arguments)
    assert set(resource["properties"]) <= set(spelling.names.members)
    assert set(resource["required"]) <= set(resource["properties"])
    assert set(resource["requiredInputs"]) <= set(resource["inputProperties"])


def test_every_name_is_described_in_plain_text() -> None:
    """No HTML and no name of the Python front is left, and no text is missing of ours."""
    texts = [
        (path, each.get("description", ""))
        for path, each in properties(SCHEMA)
        if not path.startswith((".types", ".functions"))
    ]
    assert [path for path, text in texts if not text] == []
    every = {path: each.get("description", "") for path, each in properties(SCHEMA)}
    html = re.compile(r"</?(?:p|code|a|b|i|ul|li|note|important)\b[^>]*>|&[a-z]+;")
    assert [path for path, text in every.items() if html.search(text)] == []
    python = re.compile(r"\b[a-z]+_[a-z_]+\b|\bNone\b|resource_name")
    ours = [path for path, text in texts if python.search(text)]
    assert ours == []


def test_every_reference_is_to_a_type() -> None:
    """A type that nothing refers to is no harm; a missing one breaks every SDK."""
    referred = set(re.findall(r'"\$ref": "#/types/([^"]+)"', FILE.read_text()))
    assert referred == set(SCHEMA["types"])


def test_the_providers_secrets_are_marked() -> None:
    """Keys, and proxies that may have a password in their URL."""
    marked = {name for name, each in provider_settings().items() if each.get("secret")}
    assert marked == {"accessKey", "secretKey", "token", "httpProxy", "httpsProxy"}
    assert SCHEMA["provider"]["inputProperties"] == provider_settings()


def test_a_payload_has_types_to_the_leaf() -> None:
    """A misspelt member of it is an error of the compiler."""
    payload = SCHEMA["types"]["sjresource:index:TrainingJob"]["properties"]
    assert payload["hyperParameters"]["additionalProperties"] == {"type": "string"}
    resources = SCHEMA["types"]["sjresource:index:TrainingResourceConfig"]["properties"]
    assert resources["instanceCount"]["type"] == "integer"
    required = SCHEMA["types"]["sjresource:index:TrainingJob"]["required"]
    assert required == ["outputDataConfig", "roleArn"]
