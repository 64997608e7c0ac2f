"""`python -m sjresource.cli`, for when `sjresource` is not on PATH."""

from __future__ import annotations

from sjresource.cli.main import main

if __name__ == "__main__":
    main()
