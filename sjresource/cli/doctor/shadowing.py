"""Files of a project that stand in the way of Python's own modules.

A program's folder comes first where Python looks for modules, in the engine's plugin too: a
`queue.py` beside `__main__.py` is what every library gets that imports `queue`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sjresource.cli.doctor.findings import failed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sjresource.cli.doctor.findings import Finding

_LIBRARIES = frozenset({"boto3", "botocore", "dill", "google", "grpc", "pulumi", "sjresource"})
"""What the plugin imports beside the standard library."""


def shadow_findings(project: Path | None) -> Iterator[Finding]:
    """Name the files that hide a module; nothing where there are none."""
    if project is None:
        return
    hiding = sorted(
        each.name
        for each in project.iterdir()
        if _module(each) in (sys.stdlib_module_names | _LIBRARIES)
    )
    if hiding:
        seen = f"{', '.join(hiding)} in {project} hides Python's own module of that name"
        yield failed(
            "project files", seen, "rename it: libraries get it in place of what they need"
        )


def _module(path: Path) -> str | None:
    """Return the module that a file or a package is; a folder without Python in it is none."""
    if path.is_dir():
        return path.name if any(path.glob("*.py")) else None
    return path.stem if path.suffix == ".py" else None
