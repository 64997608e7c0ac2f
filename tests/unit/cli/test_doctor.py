from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.cli.doctor.engine import check_module_names

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_hides_a_module_is_named(tmp_path: Path) -> None:
    """The plugin, which starts in the project's folder, gets it in place of Python's own."""
    for name in ("queue.py", "logging.py", "__main__.py", "train.py", "random.txt"):
        (tmp_path / name).touch()
    for name in ("json", "data", "types"):
        (tmp_path / name).mkdir()
    (tmp_path / "json" / "__init__.py").touch()
    (check,) = check_module_names(tmp_path)

    assert check.status == "failed"
    assert check.message.startswith("json, logging.py, queue.py in ")
    assert "rename it" in str(check.fix)


def test_a_project_without_such_files_is_no_finding(tmp_path: Path) -> None:
    """Nor is no project."""
    (tmp_path / "__main__.py").touch()

    assert list(check_module_names(tmp_path)) == []
    assert list(check_module_names(None)) == []
