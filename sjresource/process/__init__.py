"""What a process does beside its work.

- `standard_streams`: its exit where its output can't be written
- `threads`: blocking calls
- `garbage`: its searches
"""
