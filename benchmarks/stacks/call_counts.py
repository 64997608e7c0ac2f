"""How many calls to AWS stand one after the other in what is done to a job."""

from __future__ import annotations

CALLS = {"create": 3, "create anew": 1, "read": 1, "delete": 3}
"""As many as a ServiceJob makes one after the other (see `calls`): list, submit and describe; in
the place of another one only submit, since the list is made beside the delete; describe; describe,
mark and terminate."""

SUBMITTED_AT = "submittedAt"
"""The output that says when the submission would have been under way, by the machine's clock."""
