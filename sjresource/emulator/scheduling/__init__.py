"""Decides which waiting jobs get capacity, which are preempted for them, and why the rest waits.

Pure: a state and a time in, a plan out; no clock, no store. In the order of a decision:

    state.py           queues, policies, waiting and running jobs; and the plan that results
    waiting_list.py    each share's waiting jobs, in their order
    plan.py            all queues, by priority; first in, first out for those without a policy
    capacity.py        what is free in the service environments
    fair_share.py      a queue with a fairsharePolicy
    quota_shares.py    a queue under quota management, with its
    reservations.py        capacity that RESERVE shares keep, and
    preemption.py          jobs that are preempted
    share_usage.py     what the shares of either use
    reasons.py         why a job waits

What AWS documents of these has its page beside it; what it leaves open is listed under Beliefs in
`docs/emulator.md`.
"""
