"""botocore's loader of models, without what takes it longer than the reading itself.

botocore keeps the order of members by a type of its own, as dicts did not when it was written, and
looks through the folders of all 400 services to know whether there is the one that is asked for.
"""

from __future__ import annotations

import gzip
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import JSONFileLoader, Loader

if TYPE_CHECKING:
    from collections.abc import Callable


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


_READERS: dict[str, Callable[[Path], bytes]] = {".json": Path.read_bytes, ".json.gz": _unpacked}


class ModelLoader(Loader):
    """Finds a model by its service's folder. Safe to share between threads."""

    def __init__(self) -> None:
        super().__init__(file_loader=_ModelFiles())
        self._lock = threading.RLock()

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's
        """Return the names of all services, whether or not they have this type of model."""
        # os.path, as in botocore: where a folder may not be looked into, pathlib raises.
        folders = filter(os.path.isdir, self.search_paths)
        return sorted({name for folder in folders for name in os.listdir(folder)})  # noqa: PTH208 - as said

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """Load a model once.

        Raises:
            UnknownServiceError: there is no such service, or it has no model of this type.
        """
        with self._lock:
            try:
                return super().load_service_model(service_name, type_name, api_version)
            except UnknownServiceError:
                raise
            except DataNotFoundError:
                raise UnknownServiceError(
                    service_name=service_name, known_service_names=f"none with a {type_name}"
                ) from None


class _ModelFiles(JSONFileLoader):
    """Reads a file into plain dicts."""

    def load_file(self, file_path: str) -> Any:
        """Return a file's content; None if there is none of this name, in either format."""
        for ending, read in _READERS.items():
            path = Path(file_path + ending)
            if os.path.isfile(path):  # noqa: PTH113 - as said above
                return json.loads(read(path))
        return None
