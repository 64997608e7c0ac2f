"""The `aws:` config of a stack in front of an emulator, as the engine would hand it over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sjresource.aws.settings import Settings

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

SERVICES = ("batch", "sagemaker", "logs", "sts")


def aws_config(emulator: Emulator, **more: Any) -> dict[str, str]:
    """Return keys, endpoints, a region, and `more` by pulumi-aws's names, nested ones as JSON."""
    key = emulator.credentials
    values: dict[str, Any] = {
        "region": "eu-west-1",
        "accessKey": key.aws_access_key_id,
        "secretKey": key.aws_secret_access_key,
        "endpoints": [dict.fromkeys(SERVICES, emulator.url)],
        **more,
    }
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }


def aws_settings(emulator: Emulator, **more: Any) -> Settings:
    """Return the settings that this config makes."""
    return Settings.from_config(aws_config(emulator, **more).get, {})
