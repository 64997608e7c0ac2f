"""What is shown of jobs and queues."""
