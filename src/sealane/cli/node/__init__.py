"""`sealane node` and `sealane client`."""
