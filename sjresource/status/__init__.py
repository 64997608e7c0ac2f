"""What AWS's answers mean, and the one wording of it."""
