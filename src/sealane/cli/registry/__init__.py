"""`sealane release`, `item` and `people`."""
