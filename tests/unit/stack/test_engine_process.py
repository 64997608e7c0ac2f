"""How the `pulumi` above a process shows what it does."""

from __future__ import annotations

import pytest

from sjresource.stack.engine_process import prints_lines


@pytest.mark.parametrize(
    ("arguments", "variable", "lines"),
    [
        (["up"], "", False),
        (["up", "--diff"], "", True),
        (["up", "--diff=true", "-y"], "", True),
        (["up", "--diff=false"], "true", False),
        (["--diff", "up", "--diff=f"], "", False),
        (["up", "--different"], "", False),
        (["up"], "true", True),
        (["up"], "0", False),
    ],
)
def test_the_engine_prints_lines_if_it_is_to_show_diffs(
    arguments: list[str], variable: str, *, lines: bool
) -> None:
    """The last one counts, and an option more than its variable."""
    assert prints_lines(arguments, {"PULUMI_OPTION_DIFF": variable}) is lines
