"""What the commands show, as plain values that `--json` prints and tables render.

    job             one job of the stack: `status`, `watch`
    queue           one queue with its shares and jobs: `queue`
    metrics         the metrics of a sweep, and which job is the best: `status`, `watch`
    explanation     why a job has its status, and what to do: `why`

`sjresource.status` reads and words AWS's answers; the views add the names that the stack has.
"""
