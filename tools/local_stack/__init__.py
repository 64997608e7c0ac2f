"""The example stack on this machine: its variables, its emulator, its engine, its data in S3."""
