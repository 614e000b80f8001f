"""Markings as other products write them: known forms by table, each with the level or words it
means.

STIX 2.1 has no TLP 2.0 of its own, so products found ways of theirs before the extension came. A
form that is not in a table means nothing here, and the marking is read by the standard or refused.
Spec: STIX 2.1 §11.1 (properties that a consumer does not know); spec/labels.md §Nothing unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HARMLESS = {"extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba": "OpenCTI"}
"""Extensions that say how a product shows an object, and nothing of who may have it."""
UNUSED = {
    "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a": "IEP 2.0",
    "extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a": "CUI",
}
"""Extensions that say who may have an object as no label here can: they are refused by name."""
AMBER_STRICT = "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"
"""What OpenCTI, and with it many who write for it, call TLP:AMBER+STRICT."""
OWN_IDS = {AMBER_STRICT: "amber+strict"}
"""Identifiers that products gave a TLP level of their own accord."""
LEVELS = ("clear", "green", "amber", "amber+strict", "red")
OTHER_NAMES = {"white": "clear"}
SCALES = {"TLP": LEVELS, "PAP": ("clear", "white", "green", "amber", "red")}
"""What OpenCTI's two scales have. TLP decides who may have an object; PAP what they may do with it,
which a label keeps in words."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a known form means: a TLP level, or words to keep beside the marking that decides."""

    level: str | None = None
    words: str | None = None


def known_form(marking: dict[str, Any]) -> Known | None:
    """What a marking in a product's own form means; None when the standard's form is to be read.

    A level named under an identifier that means another one is None too, and is then refused.
    """
    named = _scale_and_value(marking)
    if named is None:
        return None
    scale, value = named
    value = OTHER_NAMES.get(value, value) if scale == "TLP" else value
    if value not in SCALES[scale]:
        return None
    if scale == "PAP":
        return Known(words=f"PAP:{value.upper()}")
    return Known(level=value)


def _scale_and_value(marking: dict[str, Any]) -> tuple[str, str] | None:
    """The scale and the value, in small letters, that one of the forms names."""
    kind = marking.get("definition_type")
    if kind is None:
        return None
    definition = marking.get("definition")
    # 1. OpenCTI's statement whose words are in two properties of its own.
    if "x_opencti_definition" in marking or "x_opencti_definition_type" in marking:
        if kind != "statement":
            return None
        return _named(marking.get("x_opencti_definition_type"), marking.get("x_opencti_definition"))
    # 2. OpenCTI's platform: the name alone, under an extension of its own.
    extensions = marking.get("extensions")
    shown_only = isinstance(extensions, dict) and extensions.keys() <= HARMLESS.keys()
    if definition is None and shown_only and kind in SCALES:
        return _named(kind, marking.get("name"))
    # 3. The first edition's object with the second edition's word, or with capitals.
    if kind == "tlp" and isinstance(definition, dict) and set(definition) == {"tlp"}:
        word = definition["tlp"]
        if isinstance(word, str) and (
            word.lower() == "clear"
            or marking.get("id") in OWN_IDS
            or (shown_only and word.isupper())
        ):
            return "TLP", word.lower()
    return None


def _named(scale: Any, value: Any) -> tuple[str, str] | None:
    """`TLP` and `TLP:AMBER`, as one pair; None when the two do not belong together."""
    if not isinstance(scale, str) or not isinstance(value, str) or scale not in SCALES:
        return None
    prefix, colon, word = value.partition(":")
    return (scale, word.lower()) if colon and prefix == scale else None
