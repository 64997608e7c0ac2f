"""The stack that a command is about, and what its state knows."""
