"""The whole schema."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from native_schema.functions import all_functions
from native_schema.provider import settings
from native_schema.resources import resources
from native_schema.type_table import TypeTable

if TYPE_CHECKING:
    from native_schema.type_table import Spec

FILE = Path(__file__).parents[2] / "sjresource" / "native" / "schema.json"

_README = """\
AWS Batch service jobs (queued SageMaker training) as resources of a Pulumi stack.

Made of the schema of the plugin `pulumi-resource-sjresource`, which has to be of the same version.
"""


def schema() -> Spec:
    """Return the schema; https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/."""
    types = TypeTable()
    made = resources(types)
    variables = settings(types)
    return {
        "name": "sjresource",
        "displayName": "AWS Batch service jobs",
        "version": version("sjresource"),
        "description": "AWS Batch service jobs (queued SageMaker training) as resources.",
        "keywords": ["aws", "batch", "sagemaker", "training", "category/cloud"],
        "license": "Apache-2.0",
        "publisher": "sjresource",
        "config": {"variables": variables},
        "provider": {
            "description": "How sjresource calls AWS, with the names of pulumi-aws's provider.",
            "inputProperties": variables,
        },
        "resources": made,
        "functions": all_functions(types),
        "types": dict(sorted(types.types.items())),
        "language": {
            "nodejs": {"respectSchemaVersion": True, "readme": _README},
            "python": {
                "respectSchemaVersion": True,
                "readme": _README,
                "pyproject": {"enabled": True},
            },
            "go": {
                "respectSchemaVersion": True,
                "generateResourceContainerTypes": False,
                "importBasePath": "sjresource.example/sdk/go/sjresource",
            },
            "csharp": {"respectSchemaVersion": True},
        },
    }


def written() -> str:
    """Return the file's text."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
