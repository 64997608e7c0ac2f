"""What AWS, or the program itself, has around a job or a queue that would be made.

declared       what the program declares around a queue, a share or a job
queue          conflicts of a queue or a share with what AWS has
job            whether a queue, as AWS describes it, would ever run a job
live_problem   a problem in AWS's answers, and whether the same `up` may be about to repair it
unreachable    why AWS could not be asked, and the command that mends it
"""
