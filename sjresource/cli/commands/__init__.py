"""The commands, one file each. `command_group` names them, and loads the one that is run.

Of jobs: `status`, `watch`, `why`, `logs`, `rerun`, `terminate`, `orphans`. Of queues: `queue`,
`dashboard`. Of this machine: `doctor`, `emulator`.
"""
