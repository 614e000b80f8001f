"""What nodes say to one another, the same on the wire and on media; no I/O."""
