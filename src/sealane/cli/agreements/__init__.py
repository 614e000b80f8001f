"""`sealane agreement` and `sealane decide`."""
