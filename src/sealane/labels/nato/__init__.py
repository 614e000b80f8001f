"""NATO labels in XML and JSON."""
