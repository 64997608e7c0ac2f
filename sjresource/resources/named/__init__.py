"""One queue, environment, policy or share: how it comes about once, how it changes and ends.

taken_name     whether a create may have a name that is taken, and why not
foreseen       tells in a preview that the create would be refused its name
creation       creates it, or takes over what a lost create made
live_resource  finds it in AWS, changes it in place, and waits for that; the timeouts
deletion       disables and deletes it, once nothing uses it any more
delete_guards  refuses to delete what others still use
"""
