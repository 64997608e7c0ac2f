"""Finds or brings the Pulumi CLI with its Python language host; see ../README.md."""
