"""The provider for every language of Pulumi: a plugin that the engine talks to.

`values` reads and writes the protocol's property values, `argument_names` refuses names that a
resource does not have, and `detailed_diff` finds the leaves that changed. `schema` has what the
engine and the SDKs know of all that. How the schema spells what the core spells in another way is
`stack/spelling.py`'s, below.
"""
