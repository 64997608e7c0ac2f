"""How a shell, a program and this command reach an emulator: its variables, its control routes."""

from __future__ import annotations

import configparser
import json
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from sjresource.errors import Unreachable

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "sjresource-emulator"
REGION = "us-east-1"
OVERRIDING = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Variables that would come before the profile."""

_SECONDS = 10


def aws_variables(url: str, data: Path) -> dict[str, str]:
    """Give what makes boto3, the AWS CLI and a stack talk to the emulator, with its credentials."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_SHARED_CREDENTIALS_FILE": str(data / "credentials"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_PROFILE": PROFILE,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def ask_emulator(url: str, data: Path, route: str) -> Any:
    """Read a route under `/_emulator/`, signed with the key that lies in `data`.

    Raises:
        Unreachable: it does not answer, or not as an emulator does.
    """
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - only where something is asked
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - as above

    request = AWSRequest("GET", f"{url}/_emulator/{route}")
    try:
        SigV4Auth(_credentials(data), "emulator", REGION).add_auth(request)
        sent = urllib.request.Request(  # noqa: S310 - the URL that the emulator wrote down
            str(request.url), headers=dict(request.headers.items())
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(sent, timeout=_SECONDS) as answer:
            return json.load(answer)
    except (OSError, ValueError, KeyError, configparser.Error) as error:
        raise Unreachable("asking", "Emulator", url, str(error)) from None


def _credentials(data: Path) -> Any:
    from botocore.credentials import Credentials  # noqa: PLC0415 - as above

    parser = configparser.ConfigParser(interpolation=None)
    parser.read(data / "credentials")
    section = parser[PROFILE]
    return Credentials(section["aws_access_key_id"], section["aws_secret_access_key"])
