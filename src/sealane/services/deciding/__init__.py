"""The one door to `decide`: how a request is built, asked and, when refused, recorded."""
