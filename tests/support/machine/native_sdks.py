"""SDKs of the native provider, made of its schema by Pulumi's own generators.

    .venv/bin/python tests/support/machine/native_sdks.py

builds the generators where that is possible, in two minutes, once; tests that need an SDK are
skipped without them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "sjresource" / "native" / "schema.json"

sys.path.append(str(ROOT / "tools" / "only_where_pulumi_cannot_be_installed"))

from engine.go_programs import (  # noqa: E402 - after the path is set
    SDK_GENERATOR,
    find_program,
    print_program,
)


def write_sdks(folder: Path, *languages: str) -> None:
    """Write SDKs of these languages into folders of their names.

    Raises:
        RuntimeError: there are no generators; `why_no_sdks` says it before.
    """
    subprocess.run([program_generator(), SCHEMA, folder, *languages], check=True, stdout=sys.stderr)


def program_generator() -> Path:
    """Return the program by which the stand-in language host writes the code of an import.

    Raises:
        RuntimeError: it is not there; `why_no_sdks` says it before.
    """
    generator = find_program(SDK_GENERATOR, os.environ)
    if generator is None:
        raise RuntimeError(why_no_sdks())
    return generator


def python_sdk(folder: Path) -> Path:
    """Return a folder for PYTHONPATH that has the Python SDK as pip would have installed it.

    The SDK reads its version from the metadata that pip writes.
    """
    write_sdks(folder, "python")
    version = json.loads(SCHEMA.read_text())["version"]
    metadata = folder / "python" / f"pulumi_sjresource-{version}.dist-info"
    metadata.mkdir()
    text = f"Metadata-Version: 2.1\nName: pulumi_sjresource\nVersion: {version}\n"
    (metadata / "METADATA").write_text(text)
    return folder / "python"


def why_no_sdks() -> str:
    """Return why tests of SDKs are skipped; empty if they can run."""
    if find_program(SDK_GENERATOR, os.environ) is None:
        return "no generators of SDKs here; tests/support/machine/native_sdks.py builds them"
    return ""


if __name__ == "__main__":
    sys.exit(print_program(SDK_GENERATOR))
