from __future__ import annotations

from sjresource.native.completions.record import recorded_in, with_words_kept


def test_a_state_with_a_job_that_batch_never_showed_is_read() -> None:
    """It has no status, and no words that could be kept."""
    state = {"job": "a", "status": "UNDECIDED", "results": [{"job": "a"}]}

    recorded = recorded_in(state)

    assert recorded["statuses"] == [None]
    now = {"results": [{"job": "b", "status": "SUCCEEDED"}]}
    assert with_words_kept(now, recorded["outcome"], ()) == now
