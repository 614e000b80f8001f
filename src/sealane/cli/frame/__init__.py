"""What every command stands on: answers, passphrases, progress, batches, a node's folder."""
