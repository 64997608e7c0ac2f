"""Wrong arguments of which the two fronts say something else, each with the reason."""

from __future__ import annotations

from typing import NamedTuple

PAYLOAD = "service_request_payload"
TEXT = 'YAML\'s config has the number 7 where the program says "7", so a number is taken as text'
RIGHT = "it is the name that the schema has"
ELSEWHERE = "what AWS has and the schema lacks can be given in serviceRequestPayload instead"

NAME = (
    "jobName must be 1 to 128 letters, digits, hyphens or underscores, got a string of 3 characters"
)
PATH = (
    "trainingJob.outputDataConfig.s3OutputPat is not known; did you mean s3OutputPath?; "
    f"{ELSEWHERE}"
)


class Difference(NamedTuple):
    """What the native front says, and why it is not what the dynamic one says.

    Attributes:
        why: the reason.
        said: what it says; nothing if there is no mistake there.
        label: the form of the payload in which it is so; "" for both.
    """

    why: str
    said: tuple[str, ...] = ()
    label: str = ""


DIFFERENCES = {
    ("job_name", "must be a string, got a number"): Difference(
        TEXT,
        (NAME,),
    ),
    ("tags.team", "must be a string, got a number"): Difference(TEXT),
    ("timeout_config.seconds", "is not known"): Difference(
        "the schema has the names of AWS that its release knew, whatever botocore is there",
        ("timeoutConfig.seconds is not known; if AWS has it by now, update sjresource",),
    ),
    (f"{PAYLOAD}.HyperParameters.epochs", "must be a string, got a number"): Difference(TEXT),
    (f"{PAYLOAD}.HyperParameters.debug", "write it as text"): Difference(TEXT),
    (
        "retry_strategy.evaluate_on_exit[0].onStatusReason",
        "did you mean on_status_reason?",
    ): Difference(RIGHT),
    (
        "service_environment_order[0].serviceEnvironment",
        "did you mean service_environment?",
    ): Difference(RIGHT),
    (f"{PAYLOAD}.roleArn", "did you mean RoleArn?"): Difference(RIGHT, label="native"),
    (PAYLOAD, "is required"): Difference(
        "it has two forms",
        ("trainingJob is required; or give serviceRequestPayload, in AWS's own names",),
    ),
    (f"{PAYLOAD}.OutputDataConfig.S3OutputPat", "did you mean S3OutputPath?"): Difference(
        "the typed form can let nothing pass that it has no name for, the other form can",
        (PATH,),
        "native",
    ),
}
"""By the path and the reason of the row in the tables of wrong requests."""
