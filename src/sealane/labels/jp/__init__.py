"""Japanese marks."""
