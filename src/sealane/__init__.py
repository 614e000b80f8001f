"""Sealane: sovereign parties share sealed documents under a signed agreement, and prove what
happened.
"""

__version__ = "0.1.0"
