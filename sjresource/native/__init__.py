"""The provider for every language of Pulumi: a plugin that the engine talks to.

`values` reads and writes the protocol's property values, `argument_names` refuses names that a
resource does not have, and `detailed_diff` finds the leaves that changed. `schema` has what the
engine and the SDKs know of all that. `kinds` says which core class lives for which resource,
`translation` makes the core's properties of the engine's and back, and `lives` drives the classes,
with `imports` for what no program has declared; `completions/` waits for jobs, `configuration`
reads the provider's own settings. `responses` makes what several of them answer, `context` is what
they share: `engine`, the log and the order to cancel, and `recording`, which marks in AWS what a
state has. `plugin/` is the process. How the schema spells what the core spells in another way is
`stack/spelling/`'s, below.
"""
