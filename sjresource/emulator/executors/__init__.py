"""What runs the training jobs."""
