"""Storage, files, keys and peers behind the ports."""
