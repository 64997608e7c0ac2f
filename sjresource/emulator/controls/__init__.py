"""The routes, faults and call log that are no AWS API."""
