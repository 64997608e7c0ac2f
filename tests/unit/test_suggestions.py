"""Which name was meant, whatever case or style the wrong one has."""

from __future__ import annotations

import pytest

from sjresource.suggestions import close_names, did_you_mean, nearest, nearest_or_all


@pytest.mark.parametrize(
    ("name", "most", "meant"),
    [
        ("jobqueue", 1, ["job_queue"]),
        ("JOB-QUEUE", 1, ["job_queue"]),
        ("job_quue", 1, ["job_queue"]),
        ("train", 1, ["Train", "TRAIN"]),
        ("trian", 2, ["Train", "TRAIN", "drain"]),
        ("nothing", 3, []),
        ("", 3, []),
    ],
)
def test_close_names_are_found_by_their_letters(name: str, most: int, meant: list[str]) -> None:
    """Names that differ in case alone count once."""
    assert close_names(name, ["job_queue", "Train", "TRAIN", "drain"], most) == meant


def test_a_clause_asks_names_all_or_is_empty() -> None:
    """It follows an error's reason."""
    assert did_you_mean(["a", "b"]) == "; did you mean a or b?"
    assert did_you_mean([], "see the list") == "; see the list"
    assert nearest("x", ["train"]) == ""
    assert nearest_or_all("x", ["train", "wait"]) == "; there are train, wait"
