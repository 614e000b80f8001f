"""`sealane ledger`, `evidence` and `audit`."""
