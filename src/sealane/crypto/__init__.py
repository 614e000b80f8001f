"""Keys, suites and signed statements; every primitive comes from the cryptography library."""
