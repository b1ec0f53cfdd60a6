"""One person across systems: which customer records belong to the same human being.

Left of the redaction border: names are read here, into memory only, and never written. What leaves
are ids, kinds and probabilities.
"""
