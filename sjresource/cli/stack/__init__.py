"""The stack that a command is about.

context       the options `--stack` and `--cwd`, and the stack's settings, state and AWS clients
state         the jobs, queues and secrets in the state
find_job      which job JOB means
find_queue    which queue QUEUE means
order         the order of the jobs, as the program has them
"""
