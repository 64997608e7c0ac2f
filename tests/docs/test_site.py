"""The site that `make docs` builds: whole, strict, and without the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from documents import ROOT

import sjresource
from sjresource import emulator

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = [
    *(f"sjresource.{name}" for name in sjresource.__all__),
    *(f"sjresource.emulator.{name}" for name in emulator.__all__),
]


def build(site: Path, **settings: str | list[str]) -> subprocess.CompletedProcess[str]:
    """Build it into a folder; settings replace those of mkdocs.yml.

    Not quietly: mkdocs doesn't count the warnings that it doesn't show, and would not be strict.
    """
    config = site.parent / "mkdocs.yml"
    inherited = {"INHERIT": str(ROOT / "mkdocs.yml"), "docs_dir": str(ROOT / "docs"), **settings}
    hooks = [str(ROOT / "tools" / "docs_site.py")]
    config.write_text(json.dumps({**inherited, "hooks": hooks, "site_dir": str(site)}))
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--config-file", config],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning of mkdocs is a failure."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    built = build(folder)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


def test_links_that_lead_nowhere_fail_the_build(tmp_path: Path) -> None:
    """To pages, to headings, to files of the repository; two pages are enough to tell."""
    (tmp_path / "docs").mkdir()
    for name in ("aws.md", "iam.md"):
        shutil.copy(ROOT / "docs" / name, tmp_path / "docs")
    with (tmp_path / "docs" / "aws.md").open("a") as page:
        page.write("\n[a](nowhere.md) [b](iam.md#nowhere) [c](../examples/nowhere/__main__.py)\n")
    built = build(tmp_path / "site", docs_dir=str(tmp_path / "docs"), nav=["aws.md", "iam.md"])

    assert built.returncode == 1
    for target in ("nowhere.md", "iam.md#nowhere", "../examples/nowhere/__main__.py"):
        assert f"'{target}'" in built.stderr


def test_files_of_the_repository_are_pages_of_the_site(site: Path) -> None:
    """Whole, with the code as it is; links between them lead on."""
    example = (site / "examples" / "minimal" / "__main__.py.html").read_text()
    examples = (site / "examples" / "index.html").read_text()

    assert "The least that trains" in example
    assert 'href="minimal/__main__.py.html"' in examples
    assert (site / "examples" / "sweep" / "accuracy.svg").exists()


def test_reference_has_every_public_name(site: Path) -> None:
    """Of the package, of the emulator, and the types of nested arguments."""
    text = "".join(page.read_text() for page in (site / "reference").glob("*.html"))
    missing = [name for name in PUBLIC if f'id="{name}"' not in text]

    assert missing == []


def test_every_member_in_the_reference_is_described(site: Path) -> None:
    """An attribute that is only a name tells nobody anything."""
    undescribed = [
        found
        for page in (site / "reference").glob("*.html")
        for found in re.findall(
            r'<h\d id="(sjresource\.[^"]+)"(?:(?!<h\d id=).)*?'
            r'<div class="doc doc-contents ">\s*</div>',
            page.read_text(),
            re.DOTALL,
        )
    ]

    assert undescribed == []


def test_reference_has_the_native_providers_schema(site: Path) -> None:
    """Every resource, function and type has a heading, and its properties stand below it."""
    page = (site / "reference" / "native.html").read_text()
    schema = json.loads((ROOT / "sjresource" / "native" / "schema.json").read_text())
    tokens = [*schema["resources"], *schema["functions"], *schema["types"]]
    names = [token.rpartition(":")[2] for token in tokens]

    assert [name for name in names if f'<h2 id="{name.lower()}">' not in page] == []
    assert "<code>volumeSizeInGB</code>" in page
    assert 'href="#trainingresourceconfig"' in page


def test_site_needs_no_network(site: Path) -> None:
    """No script, style, font or picture is another host's, and links to pages are files'."""
    loaded = [
        address
        for page in site.rglob("*.html")
        for address in re.findall(r'(?:src|<link [^>]*href)="([^"]+)"', page.read_text())
    ]

    assert len(loaded) > 100
    assert [address for address in loaded if "//" in address] == []


def test_search_finds_what_documents_say(site: Path) -> None:
    """The index that pages load from the disk has the documents and the docstrings."""
    index = (site / "search" / "search_index.js").read_text()

    assert index.startswith("var __index = {")
    assert "resources/service_job.html" in index
    assert "sjresource.find_orphans" in index
