"""Use cases in five beats: parse, load, decide, record, act."""
