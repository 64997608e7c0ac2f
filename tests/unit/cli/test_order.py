from __future__ import annotations

import pytest

from sjresource.cli.stack.order import natural_key, program_order, shape_of


@pytest.mark.parametrize(
    "names",
    [
        ["lr-2", "lr-10", "lr-100"],
        ["lr-0_001", "lr-0_03", "lr-0_1"],
        ["rate-1e-5", "rate-2e-4", "rate-1e-3"],
        ["a-1-b-2", "a-1-b-10", "a-2-b-1"],
        ["nightly/train", "weekly/train"],
    ],
)
def test_numbers_in_names_are_ordered_by_value(names: list[str]) -> None:
    """A name takes no dot, so an underscore after a zero is one."""
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == names


def test_a_sweep_stands_together_in_the_order_of_the_program() -> None:
    """That of its completion, else that of its numbers, where its first job was created."""
    names = ["prepare", "lr-10", "large", "lr-2", "small", "lr-1", "report"]
    jobs = [(name, f"arn:{name}") for name in names]
    completions = [["arn:report"], ["arn:small", "arn:large", "arn:elsewhere"]]

    ordered = [names[index] for index in program_order(jobs, completions)]

    assert ordered == ["prepare", "lr-1", "lr-2", "lr-10", "small", "large", "report"]


def test_names_of_one_sweep_have_one_shape() -> None:
    """However many numbers they have."""
    assert shape_of("lr-0_03-batch-32") == shape_of("lr-1e-4-batch-128") == "lr-#-batch-#"
    assert shape_of("train") != shape_of("trainer")
