"""The composition root: settings in, a node with its ports out."""
