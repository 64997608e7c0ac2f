from __future__ import annotations

import re

import pytest

from sjresource.aws.payload import canonical
from sjresource.resources.job.wanted_run import WantedRun
from sjresource.stack.identity import (
    client_token,
    default_name,
    identity_changed,
    identity_tag,
    in_full,
    in_short,
    is_known_identity,
    name_of,
    run_digest,
    stack_of,
    stack_tag_prefix,
    urn_of,
    with_claimants,
    with_identity,
    with_name,
    without_claimants,
)

TRAIN = "acme/urn:pulumi:prod::vision::pulumi-python:dynamic/sjresource:ServiceJob::train"
IN_COMPONENT = TRAIN.replace("::pulumi-python", "::acme:ml:Sweep$pulumi-python")


@pytest.mark.parametrize(
    ("identity", "short"),
    [
        (TRAIN, "acme/prod::vision::~::train"),
        (TRAIN.replace("acme/", "organization/"), "/prod::vision::~::train"),
        (IN_COMPONENT, "acme/prod::vision::acme:ml:Sweep$~::train"),
        (TRAIN.replace("ServiceJob", "JobQueue"), "acme/prod::vision::~JobQueue::train"),
        (TRAIN.replace("ServiceJob::", "ServiceJob$a:b:C::"), "acme/prod::vision::~$a:b:C::train"),
        (TRAIN + "::a/b$~", "acme/prod::vision::~::train::a/b$~"),
        ("o/urn:pulumi:s::p::~own:type:~::n", "o/s::p::~own:type:~::n"),
    ],
)
def test_an_identity_in_short_is_the_same_identity(identity: str, short: str) -> None:
    """A state has less to hold, and no tag, name, token or comparison differs by that."""
    for long, brief in ((identity, short), (with_claimants(identity, ["x"]), "")):
        spelled = in_short(long)
        assert spelled == (brief or with_claimants(short, ["x"]))
        assert in_short(spelled) == spelled
        assert in_full(spelled) == in_full(long) == long
        assert is_known_identity(spelled)
        assert identity_tag(spelled) == identity_tag(long)
        assert default_name(spelled, "v") == default_name(long, "v")
        assert client_token(spelled, "run", 1) == client_token(long, "run", 1)
        assert (urn_of(spelled), stack_of(spelled)) == (urn_of(long), stack_of(long))
        assert name_of(spelled) == name_of(long)
        assert without_claimants(spelled) == without_claimants(long) == identity
        assert not identity_changed({"identity": long}, {"identity": spelled})
        assert with_identity({"identity": long}, {"identity": spelled})["identity"] == long
        assert identity_changed({"identity": long}, {"identity": spelled + "2"})


@pytest.mark.parametrize("value", [None, 1, "", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "a::b::c"])
def test_what_is_no_identity_is_not_known(value: object) -> None:
    """In a preview it may be unknown, as that of a child whose parent is not there yet."""
    assert not is_known_identity(value)


def test_a_default_name_is_the_same_every_time() -> None:
    """Preview, up and the run after a crash agree on the name."""
    assert default_name(TRAIN) == default_name(TRAIN)
    assert re.fullmatch(r"train-[0-9a-f]{7}", default_name(TRAIN))


def test_a_name_once_given_is_kept() -> None:
    """An alias or a rename changes the identity, and must not replace what exists."""
    renamed = {"identity": TRAIN + "-renamed"}

    assert with_name("job_name", {}, {"identity": TRAIN}, name_of)["job_name"] == "train"
    assert with_name("job_name", {"job_name": "train"}, renamed, name_of)["job_name"] == "train"
    assert with_name("job_name", {}, {**renamed, "job_name": "x"}, name_of)["job_name"] == "x"


def test_stacks_projects_parents_and_names_make_different_identities() -> None:
    """Equal requests of different resources are different jobs, with different tags and names."""
    others = [
        TRAIN.replace("prod", "dev"),
        TRAIN.replace("vision", "text"),
        TRAIN.replace("acme", "umbrella"),
        TRAIN + "2",
        IN_COMPONENT,
    ]
    identities = [TRAIN, *others]

    assert len({identity_tag(identity) for identity in identities}) == len(identities)
    assert len({client_token(identity, "run", 0) for identity in identities}) == len(identities)


def test_the_parts_of_an_identity_are_readable() -> None:
    """Messages name the stack and the resource; a name may hold the separator."""
    assert stack_of(IN_COMPONENT) == "acme/vision/prod"
    assert name_of(IN_COMPONENT) == "train"
    assert name_of(TRAIN + "::again") == "train::again"


def test_an_identity_tag_is_a_valid_tag_value() -> None:
    """However long and odd the names are, AWS takes it, and the stack finds its jobs by it."""
    odd = TRAIN.replace("::train", "::" + "träin$*" * 60)
    tag = identity_tag(odd)

    assert len(tag) <= 256
    assert re.fullmatch(r"[A-Za-z0-9 _.:/=+\-@]+", tag)
    assert tag.startswith(stack_tag_prefix(odd))
    assert tag != identity_tag(odd + "x")


def test_a_client_token_is_one_for_each_run_and_generation() -> None:
    """The request, the triggers and the generation all make it another run."""
    request = {"jobName": "train", "schedulingPriority": 1}
    digests = {
        run_digest(request, None),
        run_digest({**request, "schedulingPriority": 2}, None),
        run_digest(request, ["monday"]),
    }
    digest = run_digest(request, None)

    assert len(digests) == 3
    assert digest == run_digest(dict(reversed(request.items())), None)
    assert client_token(TRAIN, digest, 0) != client_token(TRAIN, digest, 1)
    assert len(client_token(TRAIN, digest, 0)) == 64


def test_a_run_is_the_same_run_however_its_numbers_are_written() -> None:
    """What shows as no change must find the job of a create that was lost."""
    wanted = WantedRun(TRAIN, {}, triggers=canonical([float("nan"), 0.0, 1, {"a": 1e20}]))
    again = WantedRun(
        TRAIN, {}, triggers=canonical([float("nan"), -0.0, 1.0, {"a": 10**20, "b": None}])
    )
    other = WantedRun(TRAIN, {}, triggers=canonical([float("nan"), 0.0, True, {"a": 1e20}]))

    assert wanted.digest == again.digest
    assert wanted.digest != other.digest
