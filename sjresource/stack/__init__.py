"""Our side of Pulumi: what all resources and their providers share.

In the program: `declaration` makes a resource's identity, `config` reads the stack's settings and
`aws_provider` those of a pulumi-aws provider, `plugin_python` checks that the plugin can start, and
`registration` tags what the engine has stored. `output_properties` turns the outputs that a class
declares into properties. `inputs/` converts the arguments, `pulumi_cli/` reads how the `pulumi`
above it was started.

In the engine's plugin: `provider` is the base of all providers, `diff` their table of changes, and
`plugin_notes` what the plugins of one `pulumi` tell each other.

In both: `identity` derives names, tokens and tags; `ownership` decides by tags whose a thing is;
`spelling/` names properties as the schema of the native provider does. `damage` says what is wrong
in a state that was edited.
From outside of a program: `deployed_stack` reads a stack's config and state.
"""
