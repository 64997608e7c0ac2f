"""Reads values that may be unknown, and checks one value against its shape."""
