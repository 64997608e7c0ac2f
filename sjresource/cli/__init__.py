"""The `sjresource` command: what a stack's jobs and queues do, from a terminal.

main             where it starts, and how every error ends
command_group    the table of commands
commands         one file a command
stack            the stack that is meant, its state, and what JOB and QUEUE mean
views, logs, doctor, stack_watch, job_table, dashboard_source, local_emulator, shell_lines
                 what the commands are about
terminal         JSON, or text on a terminal of any width; exit codes
schemas          the JSON schemas of what `--json` prints

Nothing of the package imports it. docs/command.md is its page.
"""
