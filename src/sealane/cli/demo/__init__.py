"""`sealane demo`."""
