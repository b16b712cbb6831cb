"""The print set (Attachments 2 and 3) by other programs: the same data, the same fonts, the same pages.

One file of Python and one template each; what a peer needs is pinned in `<peer>.txt` and installed into a
virtual environment of its own. `python -m tests.benchmarks.peers` runs them all.
"""
