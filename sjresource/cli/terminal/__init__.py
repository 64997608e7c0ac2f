"""What a command prints, and how it ends.

exit_codes   the exit codes, and which error ends in which
output       the option `--json`: a command's result as JSON for programs, or as text for people
screen       text on a terminal of any width, or in a pipe
table        what tables are made of
group        commands, and which one was meant
prompt       asks for confirmation
"""
