"""Tries on AWS what sjresource and its emulator only believe: `python -m sjresource.probes`.

session/     what a probe is, the session that it runs in, and the clean-up after it
beliefs/     the beliefs, each with its probe
trial.py     tries probes one after the other, and says of each held, differs or not tried
results.py   the file of results, without what identifies an account
command.py   the command line
__main__.py  `python -m sjresource.probes`
"""
