"""Keys and plaintext: a reader opens an item, and a key service gives or refuses its share."""
