"""Great Expectations at the three doors of the path: landing, labels, marts.

`gate.run_gate` validates every suite of a gate and raises when a critical check fails;
`suites/` holds one module per table; meaning inside the warehouse is dbt's business.
"""
