"""Print the path of a program that writes a package's SDKs from its schema; see main.go.

It is taken from the cache, or built into it. One line on stdout, everything else on stderr.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

# Python puts the folder itself on the path; its package is found from two above.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from engine.progress import Progress  # noqa: E402 - after the path is set
from engine.sdk_generation import bring_sdk_generator  # noqa: E402
from engine.sources import Unavailable  # noqa: E402


def main() -> int:
    """Return the exit code: 1 if it can't be had, 130 after Ctrl-C."""
    # So that a temporary folder is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    progress = Progress(sys.stderr)
    try:
        print(bring_sdk_generator(progress, os.environ))
    except Unavailable as error:
        progress.say(str(error))
        return 1
    except KeyboardInterrupt:
        progress.say("interrupted; nothing half-made is left")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
