"""Word lists of each language and the machinery that finds them in a text in one pass."""
