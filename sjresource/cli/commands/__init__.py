"""The commands of `sjresource`, one a module; `group` names them and loads the one that is run."""
