"""Which queues keep an environment or a policy from being deleted."""

from __future__ import annotations

from typing import Any, cast

import pytest

from sjresource.aws.waiters import InUse
from sjresource.errors import RequestFailed, SjresourceError
from sjresource.resources.named.delete_guards import refuse_while_queues_use
from sjresource.stack.identity import IDENTITY_TAG, identity_tag

PLACE = "vision::pulumi-python:dynamic/sjresource:JobQueue::training"
OURS = f"acme/urn:pulumi:prod::{PLACE}"
THEIRS = f"acme/urn:pulumi:dev::{PLACE}"


class Queues:
    """Has one queue."""

    def __init__(self, owner: str, status: str) -> None:
        tags = {IDENTITY_TAG: identity_tag(owner)}
        self.queue = {"jobQueueName": "training", "status": status, "tags": tags}

    def list_all(self, _kind: object) -> list[dict[str, Any]]:
        """List it."""
        return [self.queue]


@pytest.mark.parametrize(
    ("owner", "status", "refusal"),
    [
        (OURS, "VALID", InUse),
        (THEIRS, "VALID", RequestFailed),
        (OURS, "DELETING", InUse),
        (THEIRS, "DELETING", InUse),
        (OURS, "DELETED", None),
        (THEIRS, "DELETED", None),
    ],
)
def test_a_queue_keeps_what_it_uses_until_it_is_deleted(
    owner: str, status: str, refusal: type[SjresourceError] | None
) -> None:
    """Batch may still show one that is gone."""
    slept: list[float] = []

    def guard() -> None:
        client = cast("Any", Queues(owner, status))
        refuse_while_queues_use(
            client, "ServiceEnvironment", "gpus", slept.append, identity=OURS, uses=lambda _: True
        )

    if refusal is None:
        guard()
    else:
        with pytest.raises(refusal) as raised:
            guard()
        assert type(raised.value) is refusal
