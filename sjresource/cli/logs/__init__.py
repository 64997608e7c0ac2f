"""A job's log over all its attempts: no line lost, none doubled, what happened to the job between.

events       what there is to tell: a line, a phase, a trouble
runs         a job's training jobs, in their order; pure
streams      what is new in the log of one training job
following    the story of a job, told once or until its end
"""
