"""What a program declares, and how each of it lives."""
