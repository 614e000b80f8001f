"""United Kingdom marks."""
