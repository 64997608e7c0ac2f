"""The variables under which boto3, the engine and a shell reach the local stack.

Nothing of the caller's own AWS or Pulumi settings comes along: with real credentials in a shell, or
an endpoint for a single service, a local command could otherwise spend real money.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sjresource.cli import emulator_access

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
EMULATOR_DATA = LOCAL / "emulator"
EMULATOR_LOG = LOCAL / "emulator.log"
STATE = LOCAL / "state"
STACK = "local"


def isolated(environ: Mapping[str, str]) -> dict[str, str]:
    """Give `environ` without what steers AWS clients or Pulumi, and with no proxy for loopback."""
    kept = {k: v for k, v in environ.items() if not k.startswith(("AWS_", "PULUMI_"))}
    past_proxy = ",".join(filter(None, [environ.get("NO_PROXY"), "127.0.0.1", "localhost"]))
    return kept | {"NO_PROXY": past_proxy, "no_proxy": past_proxy}


def aws_variables(emulator_url: str) -> dict[str, str]:
    """Give what makes boto3 and the AWS CLI talk to the emulator, with its credentials."""
    return emulator_access.aws_variables(emulator_url, EMULATOR_DATA)


def pulumi_variables(engine: Path, path: str) -> dict[str, str]:
    """Give what makes `pulumi` use the engine in `engine`, this interpreter and a state in .local.

    The passphrase guards nothing: everything in this stack, the emulator's credentials included,
    lies in files of the same user.
    """
    return {
        "PATH": os.pathsep.join([str(engine), str(Path(sys.executable).parent), path]),
        "PULUMI_BACKEND_URL": STATE.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "local",
        "PULUMI_HOME": str(LOCAL / "pulumi"),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
