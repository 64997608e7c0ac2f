"""The `sjresource` command: what a stack's jobs and queues do, from a terminal.

app, group, endings       the command: where it starts, what it offers, how it ends
stack, state              the current stack: its settings, its jobs, its queues, its secrets
jobs, job_views           which job is meant, and what is shown of one
output, screen            JSON, or harmless words on a terminal of any width
commands                  one command a module
schemas                   the shapes of what `--json` prints

It imports what is below it, and nothing imports it. docs/command.md is its page.
"""
