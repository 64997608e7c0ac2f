"""The digest of an asset's or archive's content, which stands for it among the triggers.

A job's triggers are compared, so that a changed training script is a new run. A file's folder,
owner and times are not part of its content. Files that Python and desktops leave behind are left
out: a run costs money.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEFT_BEHIND = frozenset({"__pycache__", ".DS_Store", ".git", ".ipynb_checkpoints"})
_CHUNK = 1 << 20


class UnreadableAssetError(ValueError):
    """The content of an asset can't be read; the message says why."""


def content_of(asset: pulumi.Asset | pulumi.Archive) -> str:
    """Return a digest of an asset's content.

    Raises:
        UnreadableAssetError: there is no such file, or it would have to be downloaded.
    """
    if isinstance(asset, pulumi.StringAsset):
        return _marked(hashlib.sha256(asset.text.encode(errors="surrogatepass")).hexdigest())
    if isinstance(asset, pulumi.AssetArchive):
        return content_of_parts({name: content_of(part) for name, part in asset.assets.items()})
    if isinstance(asset, (pulumi.FileAsset, pulumi.FileArchive)):
        try:
            return _of_path(Path(asset.path))
        except OSError as error:
            reason = f"is of {asset.path}, which can't be read: {error.strerror or error}"
            raise UnreadableAssetError(reason) from None
    raise UnreadableAssetError(
        f"is {type(asset).__name__}, whose content is not fetched; give its URI as text, with a "
        "version in it"
    )


def content_of_parts(parts: Mapping[str, str]) -> str:
    """Return the digest of what has several parts, from their digests by name."""
    return _marked(hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest())


def _of_path(path: Path) -> str:
    if not path.is_dir():
        return _marked(_digest(path))
    return content_of_parts({str(each.relative_to(path)): _digest(each) for each in _files(path)})


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_BEHIND]
        yield from (Path(place, name) for name in files if name not in _LEFT_BEHIND)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _marked(digest: str) -> str:
    return f"sha256:{digest}"
