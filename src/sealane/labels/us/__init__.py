"""United States marks."""
