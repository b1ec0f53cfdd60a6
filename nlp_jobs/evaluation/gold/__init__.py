"""The project's own gold set: opinion units, personal data and near duplicates, written by hand."""
