"""What a process does beside its work: `threads` for blocking calls, `garbage` for its searches."""
