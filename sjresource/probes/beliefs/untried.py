"""Beliefs that no call can try: what depends on a shortage, on days, or on crowds of jobs."""

from __future__ import annotations

from typing import Final

from sjresource.probes.beliefs.sources import (
    AUTHORIZATION,
    HELPER,
    NOTEBOOK,
    PREFERENCES,
    STOPPING,
    USERS_SCRIPT,
    api,
    guide,
)
from sjresource.probes.session.probe import Probe

_SHORTAGE: Final = "no call makes SageMaker short of instances"
_ORDER: Final = "it takes many jobs that train at once, for hours; watch a real queue"

PROBES: Final = (
    Probe(
        name="queue-of-containers",
        question="In which words is a job refused whose queue is for containers?",
        belief="A queue of another type is refused with words of its type and of the queue.",
        source=f"{api('SubmitServiceJob')} says that the type must be SAGEMAKER_TRAINING",
        believed={},
        cost="untried",
        why_untried="it takes a compute environment, with a network and a role of its own",
        believer="sjresource",
    ),
    Probe(
        name="refused-tries",
        question="Does a training job that SageMaker refuses count as a try?",
        belief="A training job that SageMaker refuses to create uses up a try of the retry "
        "strategy.",
        source=f"{USERS_SCRIPT} finds 35 jobs that met an account's limit, each with `attempts: "
        "[]`, and each with one attempt allowed; that it counts is our guess",
        believed={},
        cost="untried",
        why_untried="Batch shows no attempt of it, so that tries can't be counted",
    ),
    Probe(
        name="preferred-instance",
        question="On which of several preferred instance types does a training job run?",
        belief="A list of InstancePreferences runs as its first entry.",
        source=f"{PREFERENCES} says what SageMaker does",
        believed={},
        cost="untried",
        why_untried=_SHORTAGE,
    ),
    Probe(
        name="reason-between-attempts",
        question="Which reason has a job that waits for its next attempt?",
        belief="A job's last failure reason stays visible while it waits for its next attempt.",
        source=f"{guide('sm_job_stuck_in_runnable')} lists the reasons that there are",
        believed={},
        cost="untried",
        why_untried="a free queue starts the next attempt within seconds",
    ),
    Probe(
        name="pattern-of-reasons",
        question="What does `*` match in onStatusReason?",
        belief="In `onStatusReason` a `*` stands for anything wherever it is, and nothing else is "
        "special.",
        source=f"{guide('service-job-retries')} has `*CapacityError*`; "
        f"{api('ServiceJobEvaluateOnExit')} says that a pattern can end with one",
        believed={},
        cost="untried",
        why_untried="it takes an hour of trainings that fail, one for each pattern",
    ),
    Probe(
        name="retries-of-shortages",
        question="Is a shortage of capacity retried whatever the conditions say?",
        belief="A shortage of capacity is retried whatever the conditions say.",
        source=f"{guide('service-job-retries')} says that it uses up no attempt, and yet has a "
        "pattern for it",
        believed={},
        cost="untried",
        why_untried=_SHORTAGE,
    ),
    Probe(
        name="pending-too-long",
        question="What becomes of a training job that MaxPendingTimeInSeconds stopped?",
        belief="A training job that MaxPendingTimeInSeconds stopped is such a shortage; its "
        "SecondaryStatus is `MaxPendingTimeExceeded`.",
        source=f"{guide('sm_job_stuck_in_runnable_capacity')} says the former, and that a "
        "secondary status indicates it; SageMaker's model has none of that meaning",
        believed={},
        cost="untried",
        why_untried=_SHORTAGE,
    ),
    Probe(
        name="model-of-timed-out-attempt",
        question="Does a timeout leave time to save a model?",
        belief="An attempt's timeout leaves no time to save: neither a last checkpoint nor the "
        "model is sure.",
        source=f'{api("ServiceJobTimeout")}: "AWS Batch terminates the service job attempt"; '
        f"{STOPPING} promises 120 seconds of its own limits only",
        believed={},
        cost="untried",
        why_untried="one model that was saved would prove nothing",
    ),
    Probe(
        name="deleted-training-jobs",
        question="Which training jobs does Batch delete, and when?",
        belief="Training jobs are never deleted.",
        source=f"{guide('service-job-retries')}: of those that failed for want of capacity all but "
        "the latest are deleted, on a best-effort basis",
        believed={},
        cost="untried",
        why_untried=_SHORTAGE,
    ),
    Probe(
        name="retries-of-stopped-jobs",
        question="Is a job retried whose training job somebody stopped?",
        belief="A job whose training job was stopped is not retried; neither is one that succeeded "
        "in spite of its termination: it is FAILED.",
        source=f"{guide('service-job-retries')} names what is retried; "
        f"{guide('service-job-status')}",
        believed={},
        cost="untried",
        why_untried="it takes a call of SageMaker's that these credentials need for nothing else",
    ),
    Probe(
        name="fair-share-order",
        question="Whose turn is it in a fair-share queue?",
        belief="Fair share: the score's formula; that the job whose turn it is holds back the "
        "others; that the reservation is rounded down to instances, and does not hold back a job "
        "that finds its environment empty; that turns, which change with time alone, are looked at "
        "ten times a window.",
        source=f"{guide('fair-share-scheduling')} and {api('FairsharePolicy')} have the "
        "reservation's formula and what weights mean",
        believed={},
        cost="untried",
        why_untried=_ORDER,
    ),
    Probe(
        name="quota-share-order",
        question="Who starts, borrows and is preempted in a quota-managed queue?",
        belief="Quota shares: the four steps above and their order; who is preempted, and nobody "
        "if it would not be enough; that what is free is kept for a head within its quota; that "
        "instances which no share has in its limits can't be borrowed, and that a share has "
        "nothing of a type that its limits don't name; that a DISABLED share still lends or "
        "reserves, and runs what it has; that what RESERVE shares don't use is closed to jobs "
        "within their own shares' limits too, and that RESERVE shares whose limits are "
        "together more than there is are served in the order of their jobs.",
        source=f'{guide("quota-shares")}: "idle compute should be reserved for only its jobs", and '
        f"{NOTEBOOK} preempts a borrower where a RESERVE share's instance is free; "
        f'{guide("preemption")} has "a custom heuristic" for who is preempted',
        believed={},
        cost="untried",
        why_untried=_ORDER,
    ),
    Probe(
        name="window-of-preemptions",
        question="How many preempted attempts are kept, and what if a job ends meanwhile?",
        belief="The latest ten preempted attempts are kept. A job that completes while it is being "
        "preempted has SUCCEEDED.",
        source=f"{guide('preemption')}, {api('DescribeServiceJob')} don't say",
        believed={},
        cost="untried",
        why_untried="it takes eleven preemptions, and chance",
    ),
    Probe(
        name="words-of-preemption",
        question="Which reason has an in-share preemption, and one after the last retry?",
        belief="`In-share preemption triggered by a job of a higher priority` are our words. A job "
        "whose preemption retries are used up has the reason of its last attempt.",
        source=f"{guide('batch-service-job-preemption-events')} shows a cross-share preemption, "
        f"begun and completed; {HELPER} reads the first of `recentPreemptedAttempts`",
        believed={},
        cost="untried",
        why_untried=_ORDER,
    ),
    Probe(
        name="iam-actions",
        question="Which IAM action and resource does each call need?",
        belief="The IAM actions, and which resource each takes.",
        source=AUTHORIZATION,
        believed={},
        cost="untried",
        why_untried="it takes credentials that lack each permission in turn; a run says which "
        "were denied",
        believer="sjresource",
    ),
)
