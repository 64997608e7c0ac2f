from __future__ import annotations

import pickle

import pytest

from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable, WaitTimeout

EVERY = [
    SjresourceError("reading", "ServiceJob", "train", "seen", "do this"),
    NotFound("reading", "ServiceJob", "train"),
    RequestFailed("submitting", "ServiceJob", "train", "refused", code="ClientException"),
    Unreachable("reading", "JobQueue", "training", "no answer"),
    WaitTimeout("deleting", "JobQueue", "training", "still DELETING", "wait"),
]


def test_a_message_has_one_grammar() -> None:
    """Doing what, to which thing, what was seen, and what to do about it."""
    assert str(EVERY[0]) == "reading ServiceJob (train): seen; do this"
    assert str(EVERY[1]) == "reading ServiceJob (train): not found"


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_errors_survive_pickling(error: SjresourceError) -> None:
    """They cross threads and processes with all that they tell."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own object

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
