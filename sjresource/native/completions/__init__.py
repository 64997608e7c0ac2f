"""ServiceJobCompletion: `waits` waits for the jobs, `record` spells how they have ended."""
