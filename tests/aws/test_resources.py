"""What the settings mean for resources: regions, accounts and tags, at the providers' methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_config import aws_settings
from emulated import IDENTITY, EmulatedBatch
from lifecycle import Life

from sjresource.errors import RequestFailed
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import ServiceJobProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.stack.provider import BatchProvider

ENVIRONMENT = {
    "identity": f"{IDENTITY}capacity",
    "service_environment_type": "SAGEMAKER_TRAINING",
    "capacity_limits": [{"max_capacity": 2.0, "capacity_unit": "NUM_INSTANCES"}],
}


@pytest.fixture
def aws() -> Iterator[EmulatedBatch]:
    """An emulated AWS of this test's own; its time passes when somebody sleeps."""
    emulated = EmulatedBatch()
    with emulated.emulator:
        yield emulated


def configured(aws: EmulatedBatch, provider: BatchProvider, **config: Any) -> Any:
    """Set another config of the provider."""
    provider.settings = aws_settings(aws.emulator, **config)
    return provider


def environment(aws: EmulatedBatch, inputs: dict[str, Any], **config: Any) -> Life:
    """Make an environment under a config."""
    provider = configured(aws, aws.provider(ServiceEnvironmentProvider), **config)
    return Life(provider, {**ENVIRONMENT, **inputs})


def test_resource_is_made_in_its_own_region(aws: EmulatedBatch) -> None:
    """`region` comes before the config's, and from then on the ARN says it."""
    life = environment(aws, {"region": "us-west-2"})

    assert life.id.startswith("arn:aws:batch:us-west-2:")
    assert not life.diff(life.inputs).changes
    life.delete()


def test_another_region_of_its_own_replaces_a_resource(aws: EmulatedBatch) -> None:
    """And the config's then means nothing to it."""
    life = environment(aws, {"region": "eu-west-1"})
    configured(aws, life.provider, region="us-west-2")  # type: ignore[arg-type] # ours

    assert life.diff({**life.inputs, "region": "us-west-2"}).replaces == ["region"]
    assert not life.diff(life.inputs).changes
    assert life.diff({**ENVIRONMENT, "region": None}).replaces == ["region"]


def test_job_goes_into_the_queue_of_its_region(aws: EmulatedBatch) -> None:
    """A queue's name says nothing about where it is."""
    aws.make_queue()  # in eu-west-1
    provider = configured(aws, aws.provider(ServiceJobProvider), region="us-west-2")
    life = Life(provider, aws.job("training", region="eu-west-1"))

    assert life.id.startswith("arn:aws:batch:eu-west-1:")
    assert not life.diff(life.inputs).changes
    assert life.diff({**life.inputs, "region": "us-west-2"}).replaces == ["region"]


@pytest.mark.parametrize(
    "config",
    [{"allowedAccountIds": ["210987654321"]}, {"forbiddenAccountIds": ["123456789012"]}],
)
def test_wrong_account_is_told_at_preview_and_refused_everywhere(
    aws: EmulatedBatch, config: dict[str, Any]
) -> None:
    """Check tells it cleanly; a destroy, which checks nothing, is refused as well."""
    life = environment(aws, {})
    job = configured(aws, aws.provider(ServiceJobProvider), **config)
    configured(aws, life.provider, **config)  # type: ignore[arg-type] # ours

    for checked in (
        life.provider.check({}, life.inputs),
        job.check({}, aws.job("training")),
    ):
        (failure,) = checked.failures
        assert "aws: account 123456789012 is" in failure.reason
    with pytest.raises(RequestFailed, match=r"opening client \(batch\): account 123456789012"):
        life.delete()


def test_right_account_is_asked_for_once(aws: EmulatedBatch) -> None:
    """However many resources there are."""
    config = {"allowedAccountIds": ["123456789012"]}
    for name in ("one", "two"):
        environment(aws, {"identity": f"{IDENTITY}{name}"}, **config)

    assert aws.emulator.calls.counts()["GetCallerIdentity"] == 1


def test_ignored_tags_may_be_changed_by_others(aws: EmulatedBatch) -> None:
    """A refresh records what others did to the other tags alone."""
    tags = {"team": "ml", "owner": "me", "cost:center": "1"}
    ignored = {"keys": ["owner"], "keyPrefixes": ["cost:"]}
    life = environment(aws, {"tags": tags}, ignoreTags=ignored)
    aws.batch.tag_resource(resourceArn=life.id, tags={"owner": "you", "team": "vision"})
    aws.batch.untag_resource(resourceArn=life.id, tagKeys=["cost:center"])
    life.refresh()

    assert life.outs["tags"] == {**tags, "team": "vision"}


def test_role_in_another_account_replaces_a_job(aws: EmulatedBatch) -> None:
    """The preview says that the account is another one, whatever names the credentials."""
    queue = aws.make_queue()
    life = Life(aws.provider(ServiceJobProvider), aws.job(queue))
    role = {"roleArn": "arn:aws:iam::210987654321:role/deployer"}
    configured(aws, life.provider, assumeRoles=[role])  # type: ignore[arg-type] # ours

    assert life.diff(life.inputs).replaces == ["account"]
