"""Print the folder to put first on PATH so that `pulumi` runs Python programs; see ../README.md.

One line on stdout, everything else on stderr. It takes milliseconds when an engine is there, and
minutes, with progress, when it must be brought first.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

# Python puts the folder itself on the path; its package is found from the one above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine.bringing import MAKERS, bring_engine  # noqa: E402 - after the path is set
from engine.progress import Progress  # noqa: E402
from engine.sources import NoEngineError  # noqa: E402


def main() -> int:
    """Return the exit code: 1 if no engine can be had, 130 after Ctrl-C."""
    # So that a temporary folder is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    progress = Progress(sys.stderr)
    try:
        folder = bring_engine(progress, os.environ, MAKERS)
    except NoEngineError as error:
        progress.say(str(error))
        return 1
    except KeyboardInterrupt:
        progress.say("interrupted; nothing half-made is left")
        return 130
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
