"""The agreement as data: parsed, checked, signed, lived."""
