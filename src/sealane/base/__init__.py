"""Errors, values, canonical bytes and lives as tables: what every floor stands on."""
