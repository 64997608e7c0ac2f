"""What AWS takes and is probably not meant."""
