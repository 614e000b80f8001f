"""Sheets on paper: a PDF with its letters in it, made by reportlab and a font of ours that has
Japanese, so that it prints alike on every machine.

    letters.py   the font, and text broken into lines
    drawing.py   a sheet laid out and drawn, page by page

Spec: spec/case.md §9; docs/dependencies.md.
"""

from __future__ import annotations

from sealane.cases.sheet import PrintedSheet


def pdf_of(sheet: PrintedSheet) -> bytes:
    """A sheet as PDF: the same sheet is the same file, to the byte."""
    from sealane.adapters.paper.drawing import drawn  # brings reportlab, which few calls need

    return drawn(sheet)
