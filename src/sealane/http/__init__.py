"""Peer, key-access, AuthZEN and log APIs over the services."""
