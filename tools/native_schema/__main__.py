"""Bring the native provider's names of AWS, and its schema, which has them, up to date."""

from __future__ import annotations

import sys
from pathlib import Path

# Python puts the folder itself on the path; its package is found from the one above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from native_schema import names, package  # noqa: E402 - after the path is set

if __name__ == "__main__":
    for made in (names, package):
        made.FILE.write_text(made.written())
        print(made.FILE)
