"""Lets in the temporary credentials that STS gives out, by reading them from moto's answers."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.store.credentials import TemporaryCredentials

if TYPE_CHECKING:
    from sjresource.emulator.protocol.http_messages import Response
    from sjresource.emulator.store.credentials import Keyring


def let_in_issued(response: Response, keyring: Keyring) -> None:
    """Add the credentials of an answer of STS to `keyring`; answers without any change nothing.

    Raises AWSError for an answer that nobody can read: moto repeats what it was asked.
    """
    if b"<SecretAccessKey>" not in response.body:
        return
    try:
        answer = ET.fromstring(response.body)  # noqa: S314 - moto has just written it
    except ET.ParseError:
        said = "a name or an ARN has characters that XML can't have"
        raise AWSError("ValidationError", said) from None
    told = {each.tag.rpartition("}")[2]: each.text or "" for each in answer.iter()}
    keyring.issue(
        TemporaryCredentials(
            access_key_id=told["AccessKeyId"],
            secret_access_key=told["SecretAccessKey"],
            session_token=told["SessionToken"],
            expires_at=_moment(told["Expiration"]),
        )
    )


def _moment(text: str) -> float:
    """Read AWS's timestamp (Python 3.10 can't read the Z)."""
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).timestamp()
