"""One value held against its shape, and values that may be unknown or of the wrong kind."""
