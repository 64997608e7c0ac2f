"""A resource's arguments on their way from the program to the engine.

`arguments` converts them to JSON, with `asset_digest` for assets among the triggers; `output_text`
finds Outputs that became text by mistake; `secret_paths` notes where the secrets are.
"""
