"""After a loss: logs, statements and rows come back from what the partner proves; and disposal."""
