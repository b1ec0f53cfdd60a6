"""Language understanding: from a piece of feedback to a redacted document and labelled units.

Read `annotate.Annotator` for the in-memory path, `batch` for the warehouse job, `taxonomy`
for the industry packs. Nothing is imported here, so that light parts stay light.
"""
