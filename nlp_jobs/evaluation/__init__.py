"""How good the labels are: scoring on public data sets, on files of one's own, on the gold set."""
