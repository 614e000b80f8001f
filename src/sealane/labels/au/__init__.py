"""Australian marks."""
