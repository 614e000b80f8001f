"""A label's attributes: one deterministic function, so that label and attributes can never disagree
unseen.

Spec: spec/container.md §4.
"""

from __future__ import annotations

from sealane.labels.model.label import Label

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._~")
ZONE = "sealane.invalid"
"""A reserved name (RFC 6761): no foreign platform can ever know these attributes, so each denies
them.
"""


def attributes(label: Label, agreement_id: str | None) -> tuple[str, ...]:
    """The attribute names a label stands for, sorted: classification, each category value,
    originator, agreement.

    Names are lower-case; other characters are percent-encoded UTF-8. A label that must not be told
    apart by its attributes alone is told apart by its digest, which the seal and the key services
    carry.
    """
    policy = _encoded(label.policy)
    base = f"https://{_host(label.policy)}.{ZONE}/attr"
    names = {f"{base}/classification/value/{_encoded(label.classification)}"}
    for category in label.categories:
        name = f"{category.type}-{category.tag}"
        values = category.values or ("none",)
        names |= {f"{base}/{_encoded(name)}/value/{_encoded(value)}" for value in values}
    if label.originator is not None:
        names.add(f"{base}/originator/value/{_encoded(label.originator)}")
    if agreement_id is not None:
        owner = _host(label.originator or policy)
        names.add(f"https://{owner}.{ZONE}/attr/agreement/value/{_encoded(agreement_id)}")
    return tuple(sorted(names))


def folded(names: tuple[str, ...] | list[str]) -> frozenset[str]:
    """Names as they are compared: without case, as a set. Spec: spec/container.md §4."""
    return frozenset(name.casefold() for name in names)


def _encoded(text: str) -> str:
    return "".join(
        one if one in _PLAIN else "".join(f"%{byte:02x}" for byte in one.encode())
        for one in text.lower()
    )


def _host(text: str) -> str:
    text = text.lower()
    if text.isascii() and text.isalnum():
        return text
    return "x" + text.encode().hex()[:60]
