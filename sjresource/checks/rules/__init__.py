"""How the parts of a request depend on each other, as AWS documents it."""
