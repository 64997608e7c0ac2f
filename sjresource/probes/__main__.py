"""`python -m sjresource.probes`."""

from __future__ import annotations

import sys

from sjresource.probes.command import main
from sjresource.process.standard_streams import ended

if __name__ == "__main__":
    sys.exit(ended("sjresource.probes", main))
