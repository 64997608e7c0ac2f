"""What AWS says of the things around a job or a queue that would be made."""
