"""The OpenTDF surface: unmodified clients reach the register's keys by the same decisions."""
