"""`sjresource logs`: a job's log over all its attempts, each line once, with what happened between.

training_jobs   the training jobs that a service job has run, in their order; pure
streams         reads the log streams of one training job
follow          reads a job's log once, or follows it until the job has ended
events          what that yields: log lines, status changes, errors
output          prints them
"""
