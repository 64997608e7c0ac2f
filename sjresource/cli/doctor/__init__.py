"""`sjresource doctor`: checks everything that `pulumi up` needs, without changing anything.

check          the result of one check, and how to fix what it found
engine         Pulumi's CLI, its language host, the plugin's Python, files that hide its modules
native_plugin  the plugin of the native provider, where a project uses it
deployment     what an interrupted update left behind: a lock, pending creates
access         region, endpoint, credentials, account
permissions    what the credentials may read, and what else they need

No part raises an error: a failure is a result.
"""
