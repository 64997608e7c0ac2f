"""ServiceJobCompletion: `completion` is its life, `arguments` what may be wrong with its arguments.

`wait` waits for the jobs and says why that has failed, `record` spells how they have ended.
"""
