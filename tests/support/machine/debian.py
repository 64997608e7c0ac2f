"""What tests need of a machine's system, installed from Debian where that can be done."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(package: str) -> int:
    """Install a package, as root and with apt-get; gives the exit code, 1 where that can't be."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return 1
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        ended = subprocess.run([apt, "-qq", *arguments], env=environment, check=False)
        if ended.returncode:
            return ended.returncode
    return 0
