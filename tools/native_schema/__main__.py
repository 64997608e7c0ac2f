"""Bring `sjresource/native/schema.json` up to date."""

from __future__ import annotations

import sys
from pathlib import Path

# Python puts the folder itself on the path; its package is found from the one above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from native_schema.package import FILE, written  # noqa: E402 - after the path is set

if __name__ == "__main__":
    FILE.write_text(written())
    print(FILE)
