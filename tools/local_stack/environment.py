"""The variables under which boto3, the engine and a shell reach the local stack.

Nothing of the caller's own AWS or Pulumi settings comes along: with real credentials in a shell, or
an endpoint for a single service, a local command could otherwise spend real money.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sjresource.cli import local_emulator

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "tools" / "only_where_pulumi_cannot_be_installed" / "engine"
LOCAL = ROOT / ".local"
EMULATOR_DATA = LOCAL / "emulator"
EMULATOR_LOG = LOCAL / "emulator.log"
STATE = LOCAL / "state"
STACK = "local"
BACKEND = {
    "PULUMI_BACKEND_URL": STATE.as_uri(),
    "PULUMI_CONFIG_PASSPHRASE": "local",
    "PULUMI_HOME": str(LOCAL / "pulumi"),
    "PULUMI_SKIP_UPDATE_CHECK": "true",
}
"""Where `pulumi` finds the local stack: its state, and which stack is selected."""


def isolated(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without settings of AWS clients and Pulumi, and no proxy for loopback."""
    kept = {k: v for k, v in environ.items() if not k.startswith(("AWS_", "PULUMI_"))}
    hosts = [*filter(None, environ.get("NO_PROXY", "").split(",")), "127.0.0.1", "localhost"]
    past_proxy = ",".join(dict.fromkeys(hosts))
    return kept | {"NO_PROXY": past_proxy, "no_proxy": past_proxy}


def aws_variables(emulator_url: str) -> dict[str, str]:
    """Return what makes boto3 and the AWS CLI talk to the emulator, with its credentials."""
    return local_emulator.aws_variables(emulator_url, EMULATOR_DATA)


def pulumi_variables(engine: Path, path: str) -> dict[str, str]:
    """Return what makes `pulumi` use the engine in `engine`, this Python and a state in .local.

    The passphrase guards nothing: everything in this stack, the emulator's credentials included,
    lies in files of the same user.
    """
    return {
        "PATH": os.pathsep.join([str(engine), str(Path(sys.executable).parent), path]),
        "PULUMI_PYTHON_CMD": sys.executable,
        **BACKEND,
    }


def command_folder() -> Path:
    """Return a folder for PATH that holds `sjresource` alone, not all of the virtual environment.

    A shell that has it on PATH keeps its own `python3` and `pip`.
    """
    folder = LOCAL / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "sjresource"
    if not command.exists():
        command.unlink(missing_ok=True)
        command.symlink_to(ROOT / ".venv" / "bin" / "sjresource")
    return folder
