from __future__ import annotations

from sjresource.page.change_log import Journal


def test_everything_is_told_first_and_then_only_what_has_changed() -> None:
    """Who knows the last mark is told of nothing."""
    journal = Journal()
    journal.note({"a": {"status": 1}, "b": {"status": 1}})
    first = journal.since("")
    journal.note({"a": {"status": 2}, "b": {"status": 1}})
    second = journal.since(first["mark"])

    assert (first["whole"], len(first["jobs"])) == (True, 2)
    assert (second["whole"], second["jobs"]) == (False, [{"status": 2}])
    assert journal.since(second["mark"])["jobs"] == []


def test_jobs_that_are_gone_are_named_until_they_come_back() -> None:
    """A record expires; the page drops it."""
    journal = Journal()
    journal.note({"a": {}, "b": {}})
    mark = journal.since("")["mark"]
    journal.note({"a": {}})

    assert journal.since(mark)["gone"] == ["b"]
    journal.note({"a": {}, "b": {}})
    assert journal.since(mark)["gone"] == []
    assert journal.since(mark)["jobs"] == [{}]


def test_mark_of_another_process_or_nonsense_gives_everything() -> None:
    """A page that outlived its server begins anew."""
    journal = Journal()
    journal.note({"a": {}})

    for mark in (Journal().since("")["mark"], "nonsense", "-", f"{'x' * 8}-1"):
        assert journal.since(mark)["whole"]
