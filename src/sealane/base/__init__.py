"""Errors, values, canonical bytes, lives as tables, a zip: what every floor stands on."""
