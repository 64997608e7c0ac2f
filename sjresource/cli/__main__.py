"""`python -m sjresource.cli`, where no `sjresource` is on PATH."""

from __future__ import annotations

from sjresource.cli.main import main

if __name__ == "__main__":
    main()
