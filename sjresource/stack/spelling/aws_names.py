"""AWS's names, in a file that `tools/native_schema` makes of botocore's models for the schema.

The models themselves, with all that botocore imports for them, take 0.1 seconds: a preview that
changes nothing needs no more of them than these.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sjresource.aws.models import made_once
from sjresource.stack.spelling.names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping


class AwsNames(NamedTuple):
    """AWS's names: those of Batch's operations, and of the two forms of a payload."""

    requests: Mapping[str, Names]
    answers: Mapping[str, Names]
    typed: Names
    untyped: Names


@made_once
def aws_names() -> AwsNames:
    """Return the names, read once."""
    found = json.loads(Path(__file__).with_name("aws_names.json").read_text())
    requests, answers = (
        {operation: Names.of_json(within) for operation, within in found[each].items()}
        for each in ("requests", "answers")
    )
    typed, untyped = (Names.of_json(found[each]) for each in ("typed", "untyped"))
    return AwsNames(requests, answers, typed, untyped)
