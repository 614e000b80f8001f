"""`sealane label` and `sealane scheme`."""
