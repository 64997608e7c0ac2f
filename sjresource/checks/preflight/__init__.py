"""What AWS, or the program itself, has around a job or a queue that would be made."""
