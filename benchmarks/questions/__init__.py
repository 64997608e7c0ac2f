"""What is measured, a module a question of `--only`.

against_floor       the engine with us, and with a resource that does nothing
against_rivals      what a user would pick instead: boto3 loops, the SageMaker SDK
calls, state        what AWS and the state are asked to bear
native_plugin       the native provider's process: its start, its schema, its waits
waiting, startup    a program that waits; a program that starts
command             the `sjresource` command beside the AWS CLI
variants            whether more plugins, or an asynchronous program, help
throttling          what Batch's limits do to a wide stack
emulator, page, scheduling, checking    parts without an engine
"""
