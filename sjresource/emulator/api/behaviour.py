"""The switches: what AWS's documents leave open, with what is believed of it as the default.

Whoever knows better turns a switch: in a program, by the route `behaviour`, or for all that a file
of results shows with `--behave-as`. In words `<name>` stands for the name that the request gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from sjresource.emulator.protocol.user_json import PRINTABLE

_Milliseconds = Annotated[int, Meta(ge=0, le=31_536_000_000)]
_Bytes = Annotated[int, Meta(ge=1, le=1_048_576)]
_Words = Annotated[str, Meta(min_length=1, max_length=1024, pattern=PRINTABLE)]
_Replay = Literal["same-job", "reject"]


@dataclass
class Behaviour:
    """Behaviour that AWS's documents leave open, for users of the emulator to choose."""

    token_replay: _Replay = "same-job"  # noqa: S105 - no password
    """The answer to a replayed clientToken with the same request: the first job, or an error."""
    token_replay_after_end: _Replay | None = None
    """The same, once the job has ended; None is as `token_replay`."""
    token_other_request: _Replay = "reject"  # noqa: S105 - as above
    """The answer to a used clientToken with another request."""
    longest_payload: _Bytes = 10 * 1024
    """How long a serviceRequestPayload may be."""
    payload_unit: Literal["bytes", "characters"] = "bytes"
    """What `longest_payload` counts."""
    longest_request: _Bytes = 30 * 1024
    """How many bytes the body of SubmitServiceJob may have."""
    payload_not_json: Literal["refuse", "accept"] = "refuse"
    """What becomes of a submission whose payload is no JSON object."""
    job_name_begins_with_hyphen: Literal["refuse", "accept"] = "refuse"
    """What becomes of a submission whose jobName begins with a hyphen."""
    retry_action: Literal["upper-case", "as-given", "refuse"] = "upper-case"
    """How an action of evaluateOnExit is shown that is not in capitals, or that it is refused."""
    environments_per_queue: Annotated[int, Meta(ge=1, le=10)] = 1
    """How many service environments a queue may have; more than one only without quota shares."""
    policy_with_name_alone: Literal["fair-share", "refuse"] = "fair-share"
    """What a CreateSchedulingPolicy with nothing but a name makes."""
    list_lag_ms: _Milliseconds = 0
    """How long a new job is missing in lists."""
    describe_lag_ms: _Milliseconds = 0
    """How long a new job can't be described."""
    started_at_before_start: Literal["zero", "absent"] = "zero"
    """What DescribeServiceJob has as startedAt of a job that has not started."""
    leave_out_defaults: bool = False
    """Whether answers leave out members that AWS may leave out: empty ones, and defaults."""
    empty_shares_in_snapshot: bool = True
    """Whether a snapshot lists quota shares in which no job waits."""
    termination_ms: _Milliseconds = 100
    """How long Batch takes to act on a termination."""
    terminate_unknown: Literal["succeed", "refuse"] = "succeed"
    """What becomes of a termination of a job that is not there."""
    terminate_ended: Literal["succeed", "refuse"] = "succeed"
    """What becomes of a termination of a job that has ended."""
    update_ended: Literal["succeed", "refuse"] = "refuse"
    """What becomes of an UpdateServiceJob of a job that has ended."""
    tag_finished_jobs: bool = True
    """Whether a finished job's tags can be changed."""
    tag_unknown: Literal["succeed", "refuse"] = "refuse"
    """What becomes of a TagResource of a job that is not there."""
    ended_jobs_kept_ms: _Milliseconds | None = None
    """How long an ended job can be described and listed; None is for ever."""
    delete_queue_with_jobs: Literal["end-jobs", "refuse"] = "end-jobs"
    """What becomes of a DeleteJobQueue of a queue with live jobs."""
    delete_queue_with_shares: Literal["succeed", "refuse"] = "refuse"
    """What becomes of a DeleteJobQueue of a queue with quota shares, which go with it."""
    queue_status_reason: _Words = "JobQueue Healthy"
    """The statusReason of a queue, whatever its status."""
    exists_status: Annotated[int, Meta(ge=400, le=499)] = 409
    """The HTTP status of the refusal to create what is there."""
    exists_words: _Words = "Object already exists"
    """The words of the refusal to create what is there."""
    missing_words: _Words = "<noun> <name> does not exist"
    """The words of a refusal because a queue, an environment or the like is not there."""
    missing_job_words: _Words = "ServiceJob <name> does not exist"
    """The words of a refusal because a job is not there."""
    related_words: _Words = "Cannot delete, found existing <noun> relationship"
    """The words of the refusal to delete what is used; `<noun>` is what uses it."""
    modified_words: _Words = "Cannot <verb>, resource is being modified."
    """The words of the refusal to change or delete what still changes."""
    disabled_queue_words: _Words = "JobQueue <name> is DISABLED: it takes no jobs"
    """The words of the refusal of a job in a queue that is DISABLED."""
    share_missing_words: _Words = (
        "shareIdentifier must be specified: JobQueue <name> has a fairsharePolicy"
    )
    """The words of the refusal of a job without its shareIdentifier."""
    quota_share_missing_words: _Words = (
        "quotaShareName must be specified: JobQueue <name> has a quotaSharePolicy"
    )
    """The words of the refusal of a job without its quotaShareName."""
    share_unexpected_words: _Words = (
        "shareIdentifier must not be specified: JobQueue <name> has no fairsharePolicy"
    )
    """The words of the refusal of a job with a shareIdentifier that its queue has no policy for."""


def filled(words: str, **parts: str) -> str:
    """Return words with the parts that they have placeholders for: `name` for `<name>`."""
    for part, value in parts.items():
        words = words.replace(f"<{part}>", value)
    return words
