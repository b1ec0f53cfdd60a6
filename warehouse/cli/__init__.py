"""The `voc` command: one module per family of verbs, thin calls into the layers."""
