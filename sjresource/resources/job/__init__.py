"""One run of a service job: how it comes about once, what the state keeps of it, and how it ends.

wanted_run   what is submitted, and which existing jobs are that run
submission   finds, adopts or submits the job of a run, once
foreseen     warns in a preview of what the submission would refuse
job_outputs  what of a described job becomes outputs
live_job     finds the job of a state, changes it in place, and marks it
operation    what one operation of the engine has seen and done of jobs
termination  marks a job as released, and ends it
"""
