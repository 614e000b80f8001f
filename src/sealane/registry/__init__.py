"""One life a module: items, copies, transfers, recalls, clearances; ids only, no storage."""
