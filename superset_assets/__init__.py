"""Dashboards as code: reviewed YAML sources, compiled into the bundle that Superset imports.

Two groups of modules live here and neither imports the rest of the warehouse:

* the compiler (`build`, `sources`, `estimates`, `contract`, `lint`, `bundle_*`,
  `query_contexts`) needs PyYAML only;
* the programs that talk to Superset (`bootstrap`, `applied_assets`, `applied_security`,
  `superset_config`) run with Superset's own Python, `check_charts` with any,
  `render_check` with a Python that has Playwright.
"""
