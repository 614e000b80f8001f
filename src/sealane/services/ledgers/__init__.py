"""The logs of a node and of its partners: published, witnessed, mirrored, proven, kept."""
