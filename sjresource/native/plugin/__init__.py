"""The plugin's process: `serving` starts it, `servicer` answers each request of the protocol."""
