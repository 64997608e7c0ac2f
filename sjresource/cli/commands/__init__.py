"""The commands, one file each. `command_group` names them, and loads the one that is run."""
