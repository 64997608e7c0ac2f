"""What a program hands over, made what the engine can take."""
