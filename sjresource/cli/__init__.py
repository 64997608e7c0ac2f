"""The `sjresource` command: what a stack's jobs and queues do, from a terminal.

main             where it starts, and how every error ends
command_group    the table of commands
commands         one file a command
stack            the stack that is meant, its state, and what JOB and QUEUE mean
views            what is shown of a job and of a queue
job_selection    which jobs `status` and `watch` show, in which order; job_table is their table
stack_watch      the jobs of a stack, watched until all have ended
logs             the log of a job over all its attempts
doctor           the checks of `doctor`
dashboard_source what the queue page of `dashboard` shows
local_emulator   the emulator as a process of this machine; shell_lines leads a shell to it
terminal         JSON, or text on a terminal of any width; exit codes
schemas          the JSON schemas of what `--json` prints

Nothing of the package imports it. docs/command.md is its page.
"""
