"""What time does to queues and jobs."""
