"""Our side of Pulumi: who a resource is, what the program says of it, and what changed."""
