"""An emulator of AWS Batch service jobs, for stacks without an AWS account and for tests."""
