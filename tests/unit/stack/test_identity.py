from __future__ import annotations

import re

from sjresource.aws.payload import canonical
from sjresource.resources.wanted_run import WantedRun
from sjresource.stack.identity import (
    client_token,
    default_name,
    identity_tag,
    name_of,
    run_digest,
    stack_of,
    stack_tag_prefix,
    with_name,
)

TRAIN = "acme/urn:pulumi:prod::vision::pulumi-python:dynamic/sjresource:ServiceJob::train"
IN_COMPONENT = TRAIN.replace("::pulumi-python", "::acme:ml:Sweep$pulumi-python")


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
