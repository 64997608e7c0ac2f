"""What AWS's answers about jobs and queues mean, in the one wording that every output uses.

`pulumi up`, the command, its JSON and the page all say of a job what these say. Most are pure: they
get AWS's answers and return values or words.

    timeline        since when a job has its status; its attempts and preemptions as spans
    place           its place in the queue, or in its quota share
    capacity        how full a queue and its shares are
    why_waiting     why a job waits
    text            lines about one job, or many; durations
    queue_reader    reads a queue with policy, environments, shares, snapshot and jobs
    describe        describes many jobs in few calls
    detail          asks AWS what else is known of a job, with a cache
    evidence        gathers what is known of a job that has ended
    failure_report  the messages of a failed wait; failure_hints has what to try
    console_links   links into the AWS console
    masking         takes secrets out of AWS's words

The page imports this too, and runs where only the extra `emulator` is installed: what it imports
loads neither boto3 nor Pulumi.
"""
