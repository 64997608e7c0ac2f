"""Writes the schema of the native provider, `sjresource/native/schema.json`.

    python tools/native_schema

Names and types are botocore's and `sjresource.stack.spelling`'s, update rules are those that the
providers compare with, and the words are those of our docstrings and of botocore's documentation.
Run it after an update of botocore, or a change of an argument: a test says when it is due.

`words` makes plain text of both kinds of documentation, `type_table` makes the schema's types of
botocore's shapes, `resources`, `functions` and `provider` make the parts, `package` the whole.
"""
