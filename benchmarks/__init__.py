"""What sjresource costs, in ratios: `make bench`, or `python -m benchmarks --help`.

    __main__        which questions are asked, at what size; the table and the JSON
    questions       what is measured, a module a question
    stacks          the emulator, the stacks and the programs that it is measured with
    pairs, table    how is measured, and how it is told

Times are of one run on one machine: quote ratios. docs/performance.md says what they mean.
"""
