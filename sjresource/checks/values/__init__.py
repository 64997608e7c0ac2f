"""Reads values that may be unknown, and checks one value against its shape.

lookups         arguments that may be unknown, absent or of the wrong type
patterns        AWS's patterns of texts, as Python runs them and in words
shapes          a value against its shape in botocore's model: type, members, pattern, min and max
job_arguments   a job's arguments, with the payload parsed once
"""
