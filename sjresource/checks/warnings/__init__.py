"""What AWS takes and is probably not meant.

requests    the warnings about jobs
queues      the warnings about queues, environments, policies and shares
arguments   the warnings about a resource's arguments, as texts
program     raises warnings on the rows of resources
"""
