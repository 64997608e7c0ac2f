"""What sjresource costs, in ratios: `make bench`, or `python -m benchmarks --help`.

    __main__            which questions are asked, at what size; the table and the JSON
    against_floor       the engine with us, and with a resource that does nothing
    against_rivals      what a user would pick instead: boto3 loops, the SageMaker SDK
    calls, state        what AWS and the state are asked to bear
    native_plugin       the native provider's process: its start, its schema, its waits
    waiting, startup    a program that waits; a program that starts
    variants            whether more plugins, or an asynchronous program, help
    throttling          what Batch's limits do to a wide stack
    emulator, page, scheduling, checking    parts without an engine
    cloud, stack, program, floor, payload   an emulator, a stack in front of it, what it declares
    pairs, table        how is measured, and how it is told

Times are of one run on one machine: quote ratios. docs/performance.md says what they mean.
"""
