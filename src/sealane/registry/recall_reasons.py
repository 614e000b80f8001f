"""The listed reasons of a recall: each a word that both nations read in their own language; whoever
recalls may write a sentence instead.

Spec: docs/console.md §Recall; R47.
"""

from __future__ import annotations

RECALL_REASONS = (
    "superseded",
    "sent-in-error",
    "wrong-level",
    "wrong-recipient",
    "purpose-ended",
    "compromise",
    "originator-request",
)
"""Each word has its sentences in the console's words, under `recall_reason`."""
