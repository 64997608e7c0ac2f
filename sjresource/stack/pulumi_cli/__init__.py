"""The `pulumi` above this process, in a program as in a plugin.

process       the process itself, found among the ancestors
command_line  its command and options, read as the CLI reads them
terminal      whether its rows have room for words
"""
