"""What a preview catches: a resource's arguments are checked before anything is sent.

A check goes through these stages, in this order:

1. Shapes. Every value has the type, members, pattern and length that botocore's model of the
   operation describes (`values/shapes.py`). A job's payload is parsed once, and is checked like any
   other request (`values/job_arguments.py`); sjresource's own arguments have checks of their own
   (`rules/own_arguments.py`).
2. Bounds. Every single value is within the bounds that AWS gives only in words, those of the
   payload included: one table, with the page of each (`rules/bounds.py`).
3. Rules. The parts of a request fit together: of a job (`rules/job.py`, with instances, channels,
   regions and sizes in files beside it), and of queues, environments, policies and shares
   (`rules/queues.py`). `rules/requests.py` runs these three stages, offline.
4. Preflight. AWS is asked about what is around a job (`preflight/job.py`) or a queue
   (`preflight/queue.py`) that would be made, and the program about what it declares itself
   (`preflight/declared.py`). What the same `up` may be about to repair only warns.
5. Warnings. What AWS takes, and is probably not meant (`warnings/requests.py`), is raised in the
   program, on the resource's row (`warnings/program.py`). Nothing fails by it.

`service_job.py` runs the check of a job and `queue.py` what is particular to queues and shares;
`preview.py` keeps what one preview has learned and has warned of; `failures.py` turns problems into
the engine's failures. `function_arguments.py` checks the arguments of functions, which no engine
checks.
"""
