"""One module per source; each has `load(settings, since, until, full, progress)`."""
