"""Whose something is, by its tags."""

from __future__ import annotations

import pytest

from sjresource.stack.identity import (
    IDENTITY_TAG,
    RECORDED_TAG,
    RELEASED_TAG,
    identity_changed,
    identity_tag,
    name_of,
    readable_owner,
    stack_of,
    with_claimants,
    with_identity,
)
from sjresource.stack.ownership import Ownership, other_owner, ownership_of

TRAIN = "acme/urn:pulumi:prod::vision::pulumi-python:dynamic/sjresource:ServiceJob::train"
DEV = TRAIN.replace(":prod:", ":dev:")
RESNET = TRAIN.replace("::train", "::resnet")
UMBRELLA = TRAIN.replace("acme/", "umbrella/")
MARKS = {"recorded": RECORDED_TAG, "released": RELEASED_TAG}
CLAIMED = with_claimants(TRAIN, ["type::resnet"])


@pytest.mark.parametrize(
    ("owner", "state", "expected"),
    [
        (TRAIN, None, "LOST"),
        (TRAIN, "recorded", "RECORDED"),
        (TRAIN, "released", "RELEASED"),
        (RESNET, None, "LOST"),
        (RESNET, "recorded", "RECORDED"),
        (DEV, None, "UNDECIDED"),
        (DEV, "recorded", "FOREIGN"),
        (DEV, "released", "RELEASED"),
        (UMBRELLA, None, "UNDECIDED"),
        (TRAIN + "2", None, "FOREIGN"),
        (CLAIMED, None, "FOREIGN"),
        (None, None, "FOREIGN"),
    ],
)
def test_tags_say_whose_it_is(owner: str | None, state: str | None, expected: Ownership) -> None:
    """For the resource `train` of prod, which was `resnet` before."""
    tags = {IDENTITY_TAG: identity_tag(owner)} if owner else {}
    tags |= {MARKS[state]: "true"} if state else {}
    detail = {"tags": tags, "status": "RUNNING", "isTerminated": state == "released"}

    assert ownership_of(detail, TRAIN, [RESNET]) == expected


def test_a_released_job_that_goes_on_is_still_the_states() -> None:
    """A crash between mark and termination gives nothing up: see `ending`."""
    tags = {IDENTITY_TAG: identity_tag(TRAIN), RECORDED_TAG: "true", RELEASED_TAG: "true"}

    assert ownership_of({"tags": tags, "status": "RUNNING"}, TRAIN) == "RECORDED"
    assert ownership_of({"tags": tags, "status": "FAILED"}, TRAIN) == "RELEASED"


def test_a_name_that_others_claim_makes_another_resource_of_the_same_stack() -> None:
    """Whoever claims it tells one from the other; without claims it is the plain one."""
    assert with_claimants(TRAIN, []) == TRAIN
    assert with_claimants(TRAIN, ["b", "a", "a"]) == with_claimants(TRAIN, ["a", "b"])
    assert len({identity_tag(each) for each in (TRAIN, CLAIMED, with_claimants(TRAIN, ["x"]))}) == 3
    assert (stack_of(CLAIMED), name_of(CLAIMED)) == ("acme/vision/prod", "train")


@pytest.mark.parametrize(("old", "new"), [(TRAIN, CLAIMED), (CLAIMED, TRAIN)])
def test_an_alias_that_comes_or_goes_changes_nothing_of_what_is_there(old: str, new: str) -> None:
    """The resource that has the name stays who it is."""
    kept = with_identity({"identity": old}, {"identity": new})

    assert kept["identity"] == old
    assert not identity_changed({"identity": old}, kept)


@pytest.mark.parametrize("new", [DEV, RESNET, UMBRELLA])
def test_another_stack_name_or_organization_is_a_change(new: str) -> None:
    """And an unknown one, or none, is not."""
    assert identity_changed({"identity": TRAIN}, {"identity": new})
    assert with_identity({"identity": TRAIN}, {"identity": new})["identity"] == new
    assert not identity_changed({"identity": TRAIN}, {})
    assert not identity_changed({}, {"identity": TRAIN})


def test_what_is_anothers_names_its_owner() -> None:
    """What has lost its tag is nobody else's."""
    theirs = {"tags": {IDENTITY_TAG: identity_tag(DEV)}}

    assert other_owner(theirs, TRAIN) == "acme/vision/dev/train"
    assert other_owner(theirs, TRAIN, DEV) == ""
    assert other_owner({}, TRAIN) == other_owner({"tags": {"team": "x"}}, TRAIN) == ""


@pytest.mark.parametrize("name", ["train[0]", "größe", "a::b", "x" * 300, "tab\there"])
def test_odd_names_are_compared_as_tags(name: str) -> None:
    """A cleaned or cut name is told from another that looks the same."""
    tag = identity_tag(TRAIN + name)

    assert ownership_of({"tags": {IDENTITY_TAG: tag}}, TRAIN + name) == "LOST"
    assert ownership_of({"tags": {IDENTITY_TAG: tag}}, TRAIN + name + "?") == "FOREIGN"
    assert readable_owner(tag).startswith("acme/vision/prod/train")
