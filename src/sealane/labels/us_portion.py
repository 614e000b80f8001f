"""The syntax of US portion marks. Spec: CAPCO Register and Manual 2016; spec/interfaces.md §1."""

from __future__ import annotations

from sealane.labels.us_banner import mark_syntax

PORTION = mark_syntax("us-portion")
