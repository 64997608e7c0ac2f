"""What a probe is, and the session that it runs in.

probe.py       a probe: what it asks, what is believed, by which source, at what cost
calls.py       one call of AWS: its answer or refusal, kept as evidence
redaction.py   takes out of evidence what identifies an account
session.py     names, tags, queues and jobs of a run; waits; what can't be tried is said
payload.py     training requests: those that can't train, and those that may
removal.py     ends and deletes what a run made, and nothing that lacks its prefix and its tag
"""
