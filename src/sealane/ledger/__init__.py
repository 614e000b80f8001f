"""The tamper-evident log: C2SP tiles, checkpoints, witnesses, proofs, receipts, evidence."""
