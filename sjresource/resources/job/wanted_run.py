"""One run of a job that a program wants: what is submitted, and which existing jobs are that run.

Everything here is pure; `submission` does the calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.models import input_shape, to_request
from sjresource.aws.payload import canonical, payload_as_sent
from sjresource.checks.values.lookups import text_at
from sjresource.stack.diff import with_upper_case_actions
from sjresource.stack.identity import (
    IDENTITY_TAG,
    RUN_TAG,
    client_token,
    identity_tag,
    name_of,
    run_digest,
    submission_tags,
)
from sjresource.stack.ownership import has_ended, ownership_of
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from sjresource.stack.ownership import Ownership

    Detail = Mapping[str, Any]

REQUEST = (
    "job_name",
    "job_queue",
    "service_job_type",
    "service_request_payload",
    "client_token",
    "preemption_configuration",
    "quota_share_name",
    "retry_strategy",
    "scheduling_priority",
    "share_identifier",
    "tags",
    "timeout_config",
)
"""The members of SubmitServiceJob, all of them."""


def with_type(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's properties with its type, which the state leaves out: Batch has only one."""
    given = props.get("service_job_type")
    return {**props, "service_job_type": SAGEMAKER_TRAINING if given is None else given}


def submit_request(props: Mapping[str, Any]) -> dict[str, Any]:
    """Build the SubmitServiceJob request, without the token and our own tags."""
    props = with_type(props)
    wanted = {name: canonical(props.get(name)) for name in REQUEST if name != "client_token"}
    wanted["service_request_payload"] = payload_as_sent(
        props["service_request_payload"], props["job_name"]
    )
    present = {name: value for name, value in wanted.items() if value not in (None, {}, [])}
    request: dict[str, Any] = to_request(input_shape("SubmitServiceJob"), present)
    return request


def asks_the_same(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the job was made of these very arguments, which have passed a check then."""
    return bool(olds) and all(olds.get(name) == news.get(name) for name in (*REQUEST, "region"))


def adopts_another(id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the job to adopt is another one than before, and than the present one."""
    job = text_at(news, "adopt_job_id") or ""
    return bool(job) and job != olds.get("adopt_job_id") and name_in(job) != name_in(id_)


def identities_of(props: Mapping[str, Any]) -> list[str]:
    """Return the resource's identity, and those that it had before by its aliases."""
    return [props["identity"], *(props.get("aliased_identities") or [])]


@dataclass(frozen=True)
class WantedRun:
    """One wanted run: whose it is, what is submitted, and what makes it a new one."""

    identity: str
    request: Mapping[str, Any]
    """SubmitServiceJob's request, without the token and our own tags."""
    triggers: Any = None
    token: str | None = None
    """The user's own clientToken, if there is one."""
    aliases: tuple[WantedRun, ...] = ()
    """The same run under the identities that the resource had before."""
    replaced: str | None = None
    """The ARN of the job in the state, which this run replaces."""
    released: frozenset[str] = frozenset()
    """ARNs of jobs that the same operation has ended; AWS may have refused to tag them so."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The identities of those whose jobs the same operation knows, by ARN; it may grow."""

    @classmethod
    def of(
        cls,
        props: Mapping[str, Any],
        replaced: str | None,
        released: AbstractSet[str],
        owners: Mapping[str, str] | None = None,
    ) -> WantedRun:
        """Return the run that a resource's properties ask for."""
        return cls(
            props["identity"],
            submit_request(props),
            canonical(props.get("triggers")),
            props.get("client_token"),
            tuple(_aliases(props)),
            replaced,
            frozenset(released),
            {} if owners is None else owners,
        )

    @property
    def known(self) -> frozenset[str]:
        """ARNs of jobs that are no question: they were ended, or are other resources'."""
        others = {arn for arn, owner in list(self.owners.items()) if owner != self.identity}
        return self.released | others

    @property
    def variants(self) -> tuple[WantedRun, ...]:
        """The run under each identity: the present one first, then those of aliases."""
        return (self, *self.aliases)

    @property
    def digest(self) -> str:
        """Differs from that of every other run of the resource.

        What a diff calls no change is none here: a queue's ARN and name, and an action's case.
        """
        queue = name_in(self.request["jobQueue"]) if "jobQueue" in self.request else ""
        same = with_upper_case_actions({**self.request, "jobQueue": queue})
        return run_digest(same, self.triggers, self.token)

    def client_token(self, generation: int) -> str:
        """Return the clientToken; the user's own has no generations."""
        sent = run_digest(self.request, self.triggers, self.token)
        return self.token or client_token(self.identity, sent, generation)

    def submission_tags(self, generation: int) -> dict[str, str]:
        """Return the tags by which this submission is found again."""
        token = self.client_token(generation)
        return submission_tags(self.identity, self.digest, token, generation)

    def renewed_tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Return the tags of an existing job that becomes this run.

        The token that it was submitted with stays in them: a replay of that still leads to it.
        """
        submitted = tags.get(RUN_TAG, "").partition(".")[2] or "adopted.0"
        return {
            IDENTITY_TAG: identity_tag(self.identity),
            RUN_TAG: f"{self.digest}.{submitted}",
        }

    def ownership_of(self, job: Detail) -> Ownership:
        """Return whose a job is; see `ownership`."""
        if job["jobArn"] in self.released:
            return "RELEASED"
        return ownership_of(job, self.identity, [alias.identity for alias in self.aliases])

    def takes(self, job: Detail) -> bool:
        """Return whether a job is this run, lost in a create: while it goes on, or under an alias.

        One that has ended under the resource's own name is found by its token instead, since only
        that way it shows whether AWS lets ended jobs be tagged.
        """
        if not self._is_run_of(job) or self.ownership_of(job) != "LOST":
            return False
        return not has_ended(job) or ownership_of(job, self.identity) != "LOST"

    def passes_over(self, job: Detail) -> bool:
        """Return whether the next generation is submitted where a token leads to this job."""
        return self.ownership_of(job) in ("RELEASED", "FOREIGN") or job["jobArn"] == self.replaced

    def must_ask_about(self, job: Detail) -> bool:
        """Return whether only the user can decide if this job is the wanted run."""
        if not self._is_run_of(job) or job["jobArn"] == self.replaced:
            return False
        return self.ownership_of(job) in ("UNDECIDED", "RECORDED")

    def _is_run_of(self, job: Detail) -> bool:
        digest = job.get("tags", {}).get(RUN_TAG, "").partition(".")[0]
        return digest in {each.digest for each in self.variants}


def token_digest_of(job: Detail) -> str:
    """Return the digest of the token that a job was submitted with; "" where its tags lack it."""
    _, _, submitted = job.get("tags", {}).get(RUN_TAG, "").partition(".")
    return str(submitted.partition(".")[0])


def _aliases(props: Mapping[str, Any]) -> Iterator[WantedRun]:
    """Yield the run under each alias; a job name that was not given follows the resource's."""
    is_default = props["job_name"] == name_of(props["identity"])
    for alias in props.get("aliased_identities") or []:
        name = name_of(alias) if is_default else props["job_name"]
        request = submit_request({**props, "job_name": name})
        yield WantedRun(alias, request, canonical(props.get("triggers")), props.get("client_token"))
