from __future__ import annotations

from sjresource.page.change_log import ChangeLog


def test_everything_is_told_first_and_then_only_what_has_changed() -> None:
    """Who knows the last version is told of nothing."""
    changes = ChangeLog()
    changes.update({"a": {"status": 1}, "b": {"status": 1}})
    first = changes.since("")
    changes.update({"a": {"status": 2}, "b": {"status": 1}})
    second = changes.since(first["version"])

    assert (first["complete"], len(first["jobs"])) == (True, 2)
    assert (second["complete"], second["jobs"]) == (False, [{"status": 2}])
    assert changes.since(second["version"])["jobs"] == []


def test_jobs_that_are_gone_are_named_until_they_come_back() -> None:
    """A record expires; the page drops it."""
    changes = ChangeLog()
    changes.update({"a": {}, "b": {}})
    version = changes.since("")["version"]
    changes.update({"a": {}})

    assert changes.since(version)["removed"] == ["b"]
    changes.update({"a": {}, "b": {}})
    assert changes.since(version)["removed"] == []
    assert changes.since(version)["jobs"] == [{}]


def test_mark_of_another_process_or_nonsense_gives_everything() -> None:
    """A page that outlived its server begins anew."""
    changes = ChangeLog()
    changes.update({"a": {}})

    for version in (ChangeLog().since("")["version"], "nonsense", "-", f"{'x' * 8}-1"):
        assert changes.since(version)["complete"]
