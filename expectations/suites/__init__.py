"""One module per guarded table, named `<schema>__<table>`.

Each offers `build()`, the suite, and may offer `SCOPE`: a query that narrows the table to the
rows the gate answers for (default: the whole table).
"""
