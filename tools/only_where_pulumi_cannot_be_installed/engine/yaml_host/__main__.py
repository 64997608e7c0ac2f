"""Print the path of the language host of Pulumi's YAML programs, in a folder for PATH.

It is taken from the cache, or built into it.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Python puts the folder itself on the path; its package is found from two above.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from engine.go_programs import YAML_HOST, print_program  # noqa: E402 - after the path is set

if __name__ == "__main__":
    sys.exit(print_program(YAML_HOST))
