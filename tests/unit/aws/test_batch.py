from __future__ import annotations

import pytest

from sjresource.aws.batch import (
    JOB_QUEUE,
    QUOTA_SHARE,
    SCHEDULING_POLICY,
    SERVICE_ENVIRONMENT,
    ResourceKind,
)
from sjresource.aws.models import input_shape, output_shape, service_model

KINDS = (JOB_QUEUE, SERVICE_ENVIRONMENT, SCHEDULING_POLICY, QUOTA_SHARE)

pytestmark = pytest.mark.parametrize("kind", KINDS, ids=[kind.noun for kind in KINDS])


def test_batch_has_every_operation(kind: ResourceKind) -> None:
    """A row of the table names operations of botocore's model."""
    operations = {kind.create, kind.update, kind.delete, kind.describe, kind.list}

    assert operations <= set(service_model("batch").operation_names)


def test_a_request_takes_the_members_that_are_sent(kind: ResourceKind) -> None:
    """The name, the reference, and what tells a description or a list which ones."""
    assert kind.name in input_shape(kind.create).required_members
    assert input_shape(kind.update).required_members == [kind.reference]
    assert input_shape(kind.delete).required_members == [kind.reference]
    assert kind.described_by in input_shape(kind.describe).members
    scope = [kind.listed_by] if kind.listed_by else []
    assert input_shape(kind.list).required_members == scope


def test_an_answer_has_the_members_that_are_read(kind: ResourceKind) -> None:
    """The ARN of what was created, the details, and what a list tells."""
    described = output_shape(kind.describe)
    detail = described.members[kind.details].member if kind.details else described

    assert {kind.arn, kind.name} <= set(detail.members)
    assert kind.arn in output_shape(kind.create).members
    assert kind.arn in output_shape(kind.list).members[kind.listed].member.members


def test_a_description_takes_a_list_where_it_answers_one(kind: ResourceKind) -> None:
    """A quota share is described by itself, all others are by the dozen."""
    takes = input_shape(kind.describe).members[kind.described_by].type_name

    assert takes == ("list" if kind.details else "string")
