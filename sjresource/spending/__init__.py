"""The most instance-hours that one `up` may use, and the setting that bounds them.

plan      in a preview: a line on the stack's row, and a refusal with every job that is to run
limit     in an update: no create submits more than the setting allows, preview or not

Hours, not prices: AWS's price list is not ours to guess. Runs that are repeated because they were
preempted are not counted.
"""
