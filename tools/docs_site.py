"""Makes the site of `docs/` whole: pages of the repository's files that the documents link to.

mkdocs calls what is named `on_…` here. Documents link files beside `docs/` as a git host wants it
(`../examples/README.md`). In the site these files are pages of their own, or the pictures they
are, and every link is turned to where its file is there. A link to what does not exist is left as
it is, for mkdocs to fail on.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, InclusionLevel
from native_reference import with_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
SHOWN_AS_THEY_ARE = {".md", ".svg", ".png"}
LANGUAGES = {".py": "python", ".json": "json", ".yaml": "yaml", ".svg": "xml", ".sh": "sh"}

_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)\s#]+)((?:#[^)\s]*)?\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each file that a document links to, and for those that these link to."""
    named = {file.src_uri for file in files}
    waiting = [f"docs/{file.src_uri}" for file in files.documentation_pages()]
    waiting += [uri for uri in _named_in(config.nav) if uri not in named]
    while waiting:
        path = waiting.pop()
        if site_uri(path) not in named:
            named.add(site_uri(path))
            files.append(_file(path, config))
        if path.endswith(".md") or (ROOT / path).is_dir():
            waiting += [each for each in linked(path) if site_uri(each) not in named]
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of a page to where their files are in the site."""
    del files
    path = repository_path(page.file, Path(config.docs_dir))
    if (ROOT / path).is_dir():
        path = f"{path}/README.md"  # as if it had one

    def turn(target: str) -> str:
        found = resolve(path, target)
        if found is None:
            return target
        return posixpath.relpath(site_uri(found), posixpath.dirname(page.file.src_uri) or ".")

    return with_links(with_reference(markdown), turn)


def repository_path(file: File, docs: Path) -> str:
    """Return where a file of the site is in the repository."""
    source = file.abs_src_path
    if source is None:
        path = file.src_uri.removesuffix("/index.md").removesuffix(".md")
        return path if (ROOT / path).exists() else f"docs/{path}"
    if Path(source).is_relative_to(docs):
        return f"docs/{file.src_uri}"
    return Path(source).relative_to(ROOT).as_posix()


def site_uri(path: str) -> str:
    """Return under which name mkdocs knows a file of the repository."""
    if (ROOT / path).is_dir():
        return f"{path.removeprefix('docs/')}/index.md"
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path == "README.md":
        return "repository.md"  # it would take the place of the site's own index
    return path if Path(path).suffix in SHOWN_AS_THEY_ARE else f"{path}.md"


def linked(path: str) -> Iterator[str]:
    """Return the files of the repository that a document links to, as far as they exist.

    A folder's page links to its files.
    """
    if (ROOT / path).is_dir():
        return (found.relative_to(ROOT).as_posix() for found in _files_in(path))
    targets: list[str] = []

    def note(target: str) -> str:
        targets.append(target)
        return target

    with_links((ROOT / path).read_text(), note)
    return (found for target in targets if (found := resolve(path, target)))


def resolve(path: str, target: str) -> str | None:
    """Return the file that a document means, or the folder if it has no README."""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if (ROOT / found / "README.md").is_file():
        found = f"{found}/README.md"
    return found if (ROOT / found).exists() and not found.startswith("..") else None


def with_links(markdown: str, change: Callable[[str], str]) -> str:
    """Change the target of each relative link of a document, and nothing that is code."""
    pieces, end = [], 0
    for code in _CODE.finditer(markdown):
        pieces += [_changed(markdown[end : code.start()], change), code[0]]
        end = code.end()
    return "".join([*pieces, _changed(markdown[end:], change)])


def _files_in(path: str) -> list[Path]:
    shown = SHOWN_AS_THEY_ARE | set(LANGUAGES)
    return [found for found in sorted((ROOT / path).iterdir()) if found.suffix in shown]


def _changed(text: str, change: Callable[[str], str]) -> str:
    return _LINK.sub(lambda link: f"{link[1]}{change(link[2])}{link[3]}", text)


def _file(path: str, config: MkDocsConfig) -> File:
    if Path(path).suffix in SHOWN_AS_THEY_ARE:
        source = {"abs_src_path": str(ROOT / path)}
    elif (ROOT / path).is_dir():
        lines = [f"- [{found.name}]({found.name})" for found in _files_in(path)]
        source = {"content": "\n".join([f"# {path}", "", *lines])}
    else:
        language = LANGUAGES.get(Path(path).suffix, "text")
        source = {"content": f"# {path}\n\n```{language}\n{(ROOT / path).read_text()}```\n"}
    uri = site_uri(path)
    in_nav = uri in set(_named_in(config.nav))
    inclusion = InclusionLevel.INCLUDED if in_nav else InclusionLevel.NOT_IN_NAV
    return File.generated(config, uri, inclusion=inclusion, **source)


def _named_in(nav: object) -> Iterator[str]:
    """Yield the files that the navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list | dict):
        for each in nav.values() if isinstance(nav, dict) else nav:
            yield from _named_in(each)
