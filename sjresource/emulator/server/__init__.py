"""The emulator's HTTP server."""
