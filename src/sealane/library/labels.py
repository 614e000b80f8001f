"""Marks and labels: read a mark, write it, merge, map to another scheme, judge a clearance.

Spec: spec/interfaces.md §1 "Labels".
"""

from __future__ import annotations

from collections.abc import Sequence

from sealane import shipped
from sealane.agreements import mapping
from sealane.agreements.agreement import Agreement
from sealane.agreements.mapping import Mapped
from sealane.base.values import parse_instant
from sealane.labels import nations
from sealane.labels.marks.syntax import Parsed
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.verdict import Verdict
from sealane.labels.nations import SYNTAXES
from sealane.labels.rules import access, rollup


def parse_mark(
    text: str,
    syntax: str,
    *,
    at: str | None = None,
    lenient: bool = False,
    schemes: Schemes | None = None,
) -> Parsed:
    """The label of a mark, accepted by its scheme, with the mark's one canonical text.

    Args:
        syntax: `au-document`, `us-banner`, `us-portion`, `nato-4774`, `jp`, `gb-document`, `tlp`
            and the others of spec/interfaces.md.
        at: the instant of reading (RFC 3339, UTC), for dated vocabularies.
        lenient: also accept slips of order and spacing, each flagged by a note.
        schemes: the shipped ones by default.
    Raises: Malformed `label.*` with the position of what is wrong; Refused `label.*`.
    Spec: spec/interfaces.md §1 "Labels".

    Example:
        >>> parsed = sealane.parse_mark("SECRET//REL AUS/JPN", "au-document")
        >>> parsed.label.classification, parsed.label.values("Releasable To")
        ('SECRET', ('AUS', 'JPN'))
        >>> sealane.parse_mark("SECRET//REL ATLANTIS", "au-document")
        Traceback (most recent call last):
        sealane.base.errors.Malformed: label.unknown_token: Unknown token 'ATLANTIS'; ...
    """
    moment = None if at is None else parse_instant(at)
    loaded = shipped.schemes() if schemes is None else schemes
    return SYNTAXES[syntax].parse(text, loaded, at=moment, lenient=lenient)


def render_mark(label: Label, syntax: str, *, schemes: Schemes | None = None) -> str:
    """The canonical mark of a label its scheme accepts; every part is shown or it is refused.

    Raises: Malformed `label.wrong_syntax`; Refused `label.not_expressible`, `label.retired`.
    Spec: spec/interfaces.md §1 "Labels".

    Example:
        >>> label = sealane.Label(policy="JPN", classification="極秘", originator="JPN")
        >>> sealane.render_mark(label, "jp")
        '極秘'
        >>> label = sealane.parse_mark("SECRET//NOFORN", "us-banner").label
        >>> xml = sealane.render_mark(label, "us-ism")
        >>> sealane.parse_mark(xml, "us-ism").label == label
        True
    """
    loaded = shipped.schemes() if schemes is None else schemes
    return SYNTAXES[syntax].render(label, loaded)


def merge_labels(labels: Sequence[Label], *, at: str, schemes: Schemes | None = None) -> Label:
    """The one label of a product made of these portions: all restrictions, only shared audience.

    Args:
        labels: of one policy; the order has no meaning.
        at: the instant (RFC 3339, UTC) at which groups of countries are opened.
    Raises: Malformed `label.truncated`; Refused `label.mixed_policies`, `label.incomparable`,
        `label.unsatisfiable`.
    Spec: spec/interfaces.md §1 "Labels".

    Example:
        >>> marks = ["(S//REL TO USA, AUS, JPN)", "(C//REL TO USA, AUS)"]
        >>> labels = [sealane.parse_mark(mark, "us-portion").label for mark in marks]
        >>> product = sealane.merge_labels(labels, at="2026-11-22T00:00:00Z")
        >>> sealane.banner(product)
        'SECRET//REL TO USA, AUS'
    """
    loaded = shipped.schemes() if schemes is None else schemes
    return rollup.merge(labels, loaded, at=parse_instant(at))


def banner(
    label: Label, syntax: str | None = None, *, schemes: Schemes | None = None
) -> str | None:
    """The mark that a whole product carries: in the syntax asked for, else its scheme's first.

    None when no syntax of the scheme can say all of the label.
    Raises: Refused `label.not_expressible`: the syntax asked for cannot.
    Spec: spec/interfaces.md §1 "Labels".

    Example:
        >>> sealane.banner(sealane.parse_mark("(S//NF)", "us-portion").label)
        'SECRET//NOFORN'
    """
    loaded = shipped.schemes() if schemes is None else schemes
    return nations.banner(label, loaded, syntax)


def map_label(
    label: Label, agreement: Agreement, to: str, *, at: str, schemes: Schemes | None = None
) -> Mapped:
    """The label under another party's scheme, as far as the agreement's table goes, no further.

    Nothing is ever lowered, and nobody is added. `verified` is false where no primary source
    confirms the row.
    Args:
        to: the policy to map to, such as `JPN`.
        at: the instant of the mapping (RFC 3339, UTC).
    Raises: Refused `agreement.not_in_force`, `label.no_equivalent`, `label.caveat_lost`.
    Spec: spec/agreement.md §2.

    Example:
        >>> agreement = sealane.shipped_agreements()["jpn-aus-2022"]
        >>> label = sealane.parse_mark("SECRET//REL AUS/JPN", "au-document").label
        >>> mapped = sealane.map_label(label, agreement, "JPN", at="2026-11-22T00:00:00Z")
        >>> mapped.label.classification, mapped.clause, mapped.verified
        ('極秘', '2', False)
    """
    loaded = shipped.schemes() if schemes is None else schemes
    return mapping.map_label(label, agreement, to, loaded, at=parse_instant(at))


def may_access(
    label: Label, clearance: Clearance, *, at: str, schemes: Schemes | None = None
) -> Verdict:
    """Whether this clearance may have what this label marks, with every condition: label and
    clearance alone, no agreement.

    Args:
        at: the instant (RFC 3339, UTC), from a clock you trust: downgrade dates are applied at it.
    Spec: spec/interfaces.md §1 "Labels"; ADatP-4774.1.

    Example:
        >>> label = sealane.parse_mark("SECRET//REL AUS/JPN", "au-document").label
        >>> holder = sealane.clearance_from_json({"policy": "AUS", "classifications": ["SECRET"],
        ...     "categories": [], "citizenships": ["NZL"], "organisation": None,
        ...     "organisation_country": "AUS"})
        >>> verdict = sealane.may_access(label, holder, at="2026-11-22T00:00:00Z")
        >>> verdict.permit, [reason.code for reason in verdict.reasons if not reason.met]
        (False, ['access.citizenship'])
    """
    loaded = shipped.schemes() if schemes is None else schemes
    return access.access(label, clearance, loaded, at=parse_instant(at), trusted=True)


def shipped_schemes() -> Schemes:
    """The schemes that ship with Sealane, loaded once: a mapping by policy id, such as `AUS`.

    Raises: Misconfigured `scheme.folder`, `scheme.duplicate`, `scheme.none`.
    Spec: spec/scheme.md.

    Example:
        >>> schemes = sealane.shipped_schemes()
        >>> [level.name for level in schemes["JPN"].levels if not level.obsolete][:3]
        ['取扱注意', '秘', '極秘']
    """
    return shipped.schemes()
