"""A program's wait for its service jobs, and the record of their outcome.

1. `ServiceJobCompletion` checks the wait's arguments (`options.py`) and its jobs
   (`given_jobs.py`); `jobs.py` has them once they are known.
2. `operation.py` decides whether this run of the program waits at all; a `destroy` does not.
3. The waits of a program share clients, a poller and a reporter (`context.py`). The clients are
   those of the stack's `aws:` config, one a region (`aws/clients.py`).
4. `wait.py` has every job watched (`watch.py`), and awaits their ends in the event loop.
5. `poller.py` polls Batch for all watches, in one thread, and resolves them.
6. `reporter.py` meanwhile prints progress.
7. After each end `outcome.py` decides whether the wait has succeeded, has failed, or goes on.
8. A failed wait shows its evidence and raises when no other wait is pending (`pending_waits.py`).
9. Ctrl-C ends the wait, and not the jobs (`interruption.py`).
10. Otherwise the completion's provider records the outcome in the state (`record.py`).
11. A program that uses an output which is None gets an error in words (`optional_outputs.py`).
"""
