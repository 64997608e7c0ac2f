"""Versions of the Pulumi CLI: the one we bring, and the ones we accept."""

from __future__ import annotations

import re
from pathlib import Path

GO_MOD = Path(__file__).with_name("go.mod")

# The oldest SDK that pyproject.toml allows is made for this engine.
OLDEST_ACCEPTED = (3, 200, 0)

_PULUMI = re.compile(r"github\.com/pulumi/pulumi/pkg/v3 (v\S+)")


def pinned_version(go_mod: str) -> str:
    """Return the version that a go.mod's text requires, with its `v`."""
    match = _PULUMI.search(go_mod)
    if match is None:
        msg = "reading go.mod (github.com/pulumi/pulumi/pkg/v3): not required there"
        raise ValueError(msg)
    return match[1]


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Read `v3.259.0`, also with what builds append to it; None if it is no version."""
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text.strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
