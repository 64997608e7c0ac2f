"""What of a name that is taken refuses a new resource: the table of `taken_name`, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sjresource.aws.batch import JOB_QUEUE
from sjresource.resources.named.taken_name import is_undecided, may_take, why_refused
from sjresource.stack.identity import IDENTITY_TAG, RECORDED_TAG, identity_tag

if TYPE_CHECKING:
    from sjresource.stack.ownership import Ownership

QUEUE = "acme/urn:pulumi:prod::vision::pulumi-python:dynamic/sjresource:JobQueue::training"
ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
OURS = {IDENTITY_TAG: identity_tag(QUEUE)}
DEVS = {IDENTITY_TAG: identity_tag(QUEUE.replace(":prod:", ":dev:"))}
RECORDED = {RECORDED_TAG: "true"}


@pytest.mark.parametrize("is_default", [True, False])
@pytest.mark.parametrize("tags", [OURS, OURS | RECORDED, DEVS, DEVS | RECORDED, {}])
def test_a_preview_refuses_what_the_create_would(tags: dict[str, str], *, is_default: bool) -> None:
    """Of a lost create nothing; of what some state has all; another's only by a name of its own."""
    detail = {"jobQueueArn": ARN, "status": "VALID", "tags": tags}

    why = why_refused(JOB_QUEUE, detail, QUEUE, is_default=is_default)

    if tags == OURS | RECORDED:
        assert why is not None
        assert why[0].startswith(f"{ARN} exists; a state has recorded it")
        assert f"untag-resource --resource-arn {ARN} --tag-keys {RECORDED_TAG}" in why[1]
    elif tags == OURS or is_default:
        assert why is None
    else:
        assert why is not None
        assert why[0] == "one of this name exists, and this resource did not make it"
        assert "choose another job_queue_name" in why[1]


@pytest.mark.parametrize("tags", [OURS | RECORDED, DEVS, {}])
@pytest.mark.parametrize("status", ["DELETING", "DELETED"])
def test_a_preview_says_nothing_of_what_is_being_deleted(tags: dict[str, str], status: str) -> None:
    """Its name may be free by the time of the create."""
    detail = {"jobQueueArn": ARN, "status": status, "tags": tags}

    assert why_refused(JOB_QUEUE, detail, QUEUE, is_default=False) is None


@pytest.mark.parametrize(
    ("owner", "taken", "asked"),
    [
        ("LOST", True, False),
        ("RECORDED", True, True),
        ("UNDECIDED", False, False),
        ("RELEASED", False, False),
        ("FOREIGN", False, False),
    ],
)
def test_only_what_is_this_resources_is_taken(
    owner: Ownership, *, taken: bool, asked: bool
) -> None:
    """What a state has recorded it takes unasked only if it replaces that."""
    assert may_take(owner) is taken
    assert is_undecided(owner, is_deployed=False) is asked
    assert not is_undecided(owner, is_deployed=True)
