"""HTTP messages, AWS's error forms, and botocore's model of Batch."""
