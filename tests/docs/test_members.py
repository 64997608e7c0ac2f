"""The table of CreateTrainingJob's members is about the members that there are, and about all."""

from __future__ import annotations

import re
from typing import Any

from documents import ROOT

from sjresource.aws.models import input_shape

SHAPE = input_shape("CreateTrainingJob", "sagemaker")
TABLE = (ROOT / "docs" / "validation.md").read_text().partition("member by member")[2]
ROWS = [row for row in TABLE.partition("## The rules")[0].splitlines() if row.startswith("| `")]
MEMBERS = [member for row in ROWS for member in re.findall(r"`([^`]+)`", row.split("|")[1])]


def find(path: str) -> Any:
    """Follow a path through the model, over lists too; None if it leads nowhere."""
    shape = SHAPE
    for step in path.split("."):
        inner = shape.member if shape.type_name == "list" else shape
        if step not in inner.members:
            return None
        shape = inner.members[step]
    return shape


def test_every_member_has_a_row() -> None:
    """None was left out when the pages were read."""
    assert {member.split(".")[0] for member in MEMBERS} == set(SHAPE.members)
    for whole in ("ResourceConfig", "StoppingCondition"):
        named = " ".join(ROWS)
        missing = {name for name in find(whole).members if name not in named}
        assert missing - {"InstanceType", "InstanceCount"} == set()


def test_every_row_is_about_members_that_there_are() -> None:
    """A path of the table leads somewhere in botocore's model."""
    assert [member for member in MEMBERS if find(member) is None] == []
    assert len(MEMBERS) == len(set(MEMBERS)) > 45
