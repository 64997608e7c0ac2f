"""Text on a terminal of any width, or in a pipe."""
