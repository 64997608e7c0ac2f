"""Bounds of single values, and how the parts of a request depend on each other. Offline.

requests         runs every check that needs no AWS: shapes, then these
bounds           bounds that AWS gives only in words, in one table
own_arguments    the arguments that are not AWS's
job              the rules of a job, with those of its parts:
instances            `ResourceConfig`
channels             `InputDataConfig`
regions              ARNs and images of another region
request_size         the size of the whole
queues           the rules of queues, environments, policies and shares
instance_hours   the most instance-hours that a job can use
"""
