from __future__ import annotations

from typing import Any

import pytest

from sjresource.status.place import Place, ordinal, place_of, place_words

SHARES = {
    "frontOfQueue": {"jobs": [{"jobArn": name} for name in ("x", "a", "b")]},
    "frontOfQuotaShares": {"quotaShares": {"vision": [{"jobArn": "a"}], "text": []}},
}


def waiting(arn: str, share: str | None = None) -> dict[str, Any]:
    """Return a job that waits."""
    return {"jobArn": arn, "status": "RUNNABLE", "quotaShareName": share}


@pytest.mark.parametrize(
    ("job", "place", "words"),
    [
        (waiting("x"), Place(1, None, None, 3), "1st in the queue"),
        (waiting("b"), Place(3, None, None, 3, "a"), "3rd in the queue"),
        (waiting("a", "vision"), Place(2, 1, "vision", 3), "1st in the quota share vision"),
        (waiting("b", "vision"), Place(3, None, "vision", 3), "3rd in the queue"),
        (waiting("far"), Place(None, None, None, 3), "behind the first 3 in the queue"),
    ],
)
def test_a_place_is_in_the_quota_share_for_its_first_job_and_else_in_the_queue(
    job: dict[str, Any], place: Place, words: str
) -> None:
    """A snapshot has the first job of each quota share alone, and a hundred of the queue."""
    assert place_of(job, SHARES) == place
    assert place_words(place) == words


def test_a_job_without_an_arn_has_a_place_all_the_same() -> None:
    """AWS's model requires none."""
    place = place_of(waiting("b"), {"frontOfQueue": {"jobs": [{}, {"jobArn": "b"}]}})

    assert place is not None
    assert place_words(place) == "2nd in the queue"


def test_the_job_before_is_named_where_it_is_known() -> None:
    """Of a quota share it would be another share's, which is in nobody's way."""
    place = place_of(waiting("b"), SHARES)

    assert place is not None
    assert place_words(place, "train") == "3rd in the queue, behind train"


def test_what_does_not_wait_has_no_place() -> None:
    """Nor has anything where the snapshot lists no jobs."""
    assert place_of({**waiting("x"), "status": "RUNNING"}, SHARES) is None
    assert place_of(waiting("x"), {}) is None


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (12, "12th"), (22, "22nd")]
)
def test_places_read_as_people_say_them(number: int, said: str) -> None:
    """English has its exceptions."""
    assert ordinal(number) == said
