"""The provider's schema: a file that `tools/native_schema` writes.

To make it takes botocore's models, 0.3 seconds; the engine asks for it at every start of a YAML
program.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).with_name("schema.json")


def schema_text() -> str:
    """Return the schema as the engine takes it."""
    return _FILE.read_text()


@cache
def provider_settings() -> Mapping[str, Any]:
    """Return the provider's config: each setting's schema, by its name."""
    settings: dict[str, Any] = json.loads(schema_text())["config"]["variables"]
    return settings
