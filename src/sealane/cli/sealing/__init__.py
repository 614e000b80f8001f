"""`sealane seal`, `open` and `inspect`."""
