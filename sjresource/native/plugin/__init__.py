"""The plugin's process: `serving` starts it, `servicer` answers each request of the protocol.

`invokes` answers those that call a function.
"""
