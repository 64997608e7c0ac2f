"""The resources that a program declares. Each file has a resource class and its provider.

1. The program constructs the resource (`service_job.py`; `job_queue.py` and the like by
   `named_resource.py`), which gives the arguments an identity and warns of what is probably not
   meant.
2. The engine, in its plugin, asks the provider to check the arguments (`checks/`); of a new
   resource that is also what its create will refuse (`job/foreseen.py`, `named/foreseen.py`).
3. It asks for a diff if the resource exists, by the rules in the resource's file. A refresh before
   it shows what somebody else has changed (`drift.py`).
4. It asks to create, read, update or delete. What that means for a job is in `job/`. Queues,
   environments, policies and shares share one life, `named_provider.py` (`job_queue.py`,
   `service_environment.py`, `scheduling_policy.py`, `quota_share.py`), whose steps are in `named/`.
5. A `ServiceJobCompletion` (`completion.py`) waits in the program (`waiting/`), and its provider
   records the outcome.
"""
