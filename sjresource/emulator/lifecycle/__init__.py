"""What time does to queues and jobs.

The files, in the order in which a job meets them:

payload.py             read when it is submitted: the capacity that it asks for
lifecycle.py           ticks whenever something is due; each tick goes through
tick.py                    what its steps share
resources.py               queues, environments and shares: VALID, or gone
waiting_jobs.py            waiting jobs: into the queue, onto capacity, out of it
scheduling_state.py            the state from which `scheduling` decides
training_jobs.py           training jobs: started, polled, stopped
training_rules.py              what SageMaker refuses of a request, beyond its model
queue_front.py             the first jobs of each queue, and since when
transitions.py         every change of a job's status, retries included
"""
