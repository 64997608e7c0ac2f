"""Looks whether all is there that an `up` needs, changing nothing: `sjresource doctor`.

findings       what was found, and what to do about it
engine         the Pulumi CLI, its host for Python, the interpreter that the plugin runs with
deployment     what an update that died has left behind: a lock, creates that were not finished
access         region, endpoint, credentials, account
permissions    what these credentials may read; what else they need

Each part gives findings, and fails by none of them.
"""
