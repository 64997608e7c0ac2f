"""The table of operations and members in docs/emulator-operations.md, from botocore's model.

`python tests/support/emulator/emulator_coverage.py` writes it anew: rows that are there keep their
status, new ones get MISSING, which a person has to replace, and which a test refuses.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.model import ListShape, MapShape, StructureShape

from sjresource.emulator.api import OPERATIONS
from sjresource.emulator.protocol.model import batch_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

TABLE = Path(__file__).resolve().parents[3] / "docs" / "emulator-operations.md"
STATUSES = ("emulated", "accepted without effect", "refused", "moto's", "never there")
MISSING = "MISSING"
_HEADER = """\
# Operations and members of the emulator

Of every operation that it emulates, each member of request and answer in botocore's model:
*emulated*; *accepted without effect* (checked, kept and shown, but nothing comes of it yet);
*refused*; *moto's* (a queue with it is one for containers); or, of an answer, *never there*.
`tests/support/emulator/emulator_coverage.py` writes this page from the model; the statuses are
ours. Batch operations that are not here are for containers, and not emulated, but for
CreateComputeEnvironment and DescribeComputeEnvironments, which are moto's.

| Operation | Member | | Status |
| --- | --- | --- | --- |
"""
_ROW = re.compile(r"\| (\w+) \| `([^`]+)` \| (in|out) \| ([^|]+) \|")

Row = tuple[str, str, str]


def model_rows() -> list[Row]:
    """Return (operation, member's path, in or out) of every member in the model."""
    rows: list[Row] = []
    for operation in sorted(OPERATIONS):
        model = batch_model().operation_model(operation)
        for shape, way in ((model.input_shape, "in"), (model.output_shape, "out")):
            if shape is not None:
                rows += [(operation, path, way) for path in _paths(shape, "")]
    return rows


def written_statuses() -> dict[Row, str]:
    """Read the status of every row of the page."""
    if not TABLE.exists():
        return {}
    matches = (_ROW.fullmatch(line) for line in TABLE.read_text().splitlines())
    return {
        (match[1], match[2], match[3]): match[4].strip() for match in matches if match is not None
    }


def page() -> str:
    """Write the page, with the statuses that it has now."""
    known = written_statuses()
    rows = [
        f"| {operation} | `{path}` | {way} | {known.get((operation, path, way), MISSING)} |"
        for operation, path, way in model_rows()
    ]
    return _HEADER + "\n".join(rows) + "\n"


def _paths(shape: Shape, before: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            path = f"{before}.{name}" if before else name
            yield path
            yield from _paths(member, path)
    elif isinstance(shape, ListShape):
        yield from _paths(shape.member, f"{before}[]")
    elif isinstance(shape, MapShape):
        yield from _paths(shape.value, f"{before}{{}}")


if __name__ == "__main__":
    TABLE.write_text(page())
