"""Bounds of single values, and how the parts of a request depend on each other. Offline."""
