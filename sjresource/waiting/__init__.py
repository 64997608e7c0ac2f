"""How a program waits for service jobs, what it says meanwhile, and what it records.

waiting, waited_jobs                   one wait, and its jobs
surroundings, holding, operation       what the waits of one program share, and when they are none
polling, pacing, looking               asking AWS, in one thread, in as few calls as will do
reporting, rows, progress, standing    who says what, where, in which words
verdict                                whether enough jobs have succeeded
recording, outcome, evidence           what came of the jobs
failure, causes, console, masking      why there is no model, in one screen, without secrets
services, daemon_thread                AWS's clients, and calls that block
"""
