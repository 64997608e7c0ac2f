"""`python -m sjresource.probes`."""

from __future__ import annotations

import sys

from sjresource.probes.command import main

if __name__ == "__main__":
    sys.exit(main())
