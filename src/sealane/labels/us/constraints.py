"""What the scheme's own constraints cannot say about a US label: shapes of unlisted values and
rules over families.

Spec: ISM-ID-00040, ISM-ID-00045, ISM-ID-00163, ISM-ID-00214, ISM-ID-00242, ISM-ID-00243,
ISM-ID-00319, ISM-ID-00336, ISM-ID-00341, ISM-ID-00345, ISM-ID-00362, ISM-ID-00363, ISM-ID-00377,
ISM-ID-00397, ISM-ID-00468, ISM-ID-00469, ISM-ID-00470, ISM-ID-00471, ISM-ID-00472, ISM-ID-00473,
ISM-ID-00532; CAPCO Register and Manual 2016 (H.3, H.4); spec/labels.md §Joint ownership.
"""

from __future__ import annotations

from sealane.base.values import Instant, parse_instant
from sealane.labels.model.errors import (
    CONTRADICTION,
    GROUP_RETIRED,
    LEVEL_CONFLICT,
    REQUIRES,
    unknown,
)
from sealane.labels.model.groups import CountryGroups
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Scheme
from sealane.labels.us.nato import LEVELS, check_nato
from sealane.labels.us.vocabulary import (
    CONCEALED,
    DISPLAY,
    DISSEM,
    EYES,
    FGI,
    FOREIGN,
    HIGH_WATER,
    JOINT,
    NOFORN,
    ORCON,
    ORCON_USGOV,
    OWNER,
    RELEASE_TAGS,
    RELIDO,
    SAP,
    SCI,
    Vocabulary,
    vocabulary,
)

NATO_TAGS = {FOREIGN, HIGH_WATER}
END_OF_TIME = Instant(1 << 62)
"""Stands for the date of a label that has none: its groups are then as they last were."""
EYES_COUNTRIES = {"USA", "AUS", "CAN", "GBR", "NZL"}
PROGRAM_LEVELS = {"C": "CONFIDENTIAL", "S": "SECRET", "TS": "TOP SECRET"}
CLASSIFIED_HIGH = {"SECRET", "TOP SECRET"}


def check_us(label: Label, scheme: Scheme, at: Instant | None = None) -> None:
    """Refuse a US label whose values are shaped like nothing known, or whose parts the US rules
    keep apart.

    Args:
        at: stands in for a missing creation date; without either, a retired group is refused.
    Raises: Malformed `label.unknown_token`; Refused `label.requires`, `label.contradiction`,
        `label.level_conflict`, `label.group_retired`.
    """
    words = vocabulary(scheme, "us-banner")
    values = {category.tag: category.values for category in label.categories}
    controls = values.get(DISSEM, ())
    # 1. REL and DISPLAY ONLY are lists, never controls of their own.
    for marker in ("REL", "DISPLAYONLY"):
        if marker in controls:
            raise unknown(marker, "categories")
    # 2. What no public list names has at least the shape of its family.
    _shapes(label, words)
    # 3. Foreign sources, then groups that were in use.
    if FGI in values:
        _foreign_sources(values[FGI])
    for tag in RELEASE_TAGS & values.keys():
        _groups_in_use(values[tag], label, scheme, at)
    # 4. Lists, owners and the controls that ask for them.
    speaks_of_disclosure = not RELEASE_TAGS.isdisjoint(values) or JOINT in values
    if speaks_of_disclosure or EYES in controls or "PROPIN" in controls:
        _disclosure(values, controls)
    if JOINT in values:
        _joint(values, label, scheme.groups, at)
    # 5. RESTRICTED is foreign, and never American, alone or JOINT.
    if label.classification == "RESTRICTED" and values.get(OWNER, ("USA",)) == ("USA",):
        raise LEVEL_CONFLICT(position="classification")
    if not NATO_TAGS.isdisjoint(values):
        check_nato(label.classification, values)
    # 6. Families whose rules reach values that no public list names.
    for value in values.get(SCI, ()):
        if (SCI, value) not in words.order or value == "RSV":
            _compartments(values[SCI], label.classification, set(controls))
            break
    if SAP in values:
        _programs(values[SAP], label.classification)


def _shapes(label: Label, words: Vocabulary) -> None:
    for number, category in enumerate(label.categories):
        if category.tag in words.patterns:
            for value in category.values:
                if not words.allows(category.tag, value):
                    raise unknown(value, f"categories[{number}]")


def _foreign_sources(sources: tuple[str, ...]) -> None:
    """Foreign information is not American, and one concealed source conceals all of them."""
    if "USA" in sources:
        raise unknown("USA", "categories")
    if CONCEALED in sources and len(sources) > 1:
        raise CONTRADICTION(position="categories", details={"tag": FGI})


def _groups_in_use(
    tokens: tuple[str, ...], label: Label, scheme: Scheme, at: Instant | None
) -> None:
    """A retired group may stand only on what was made before it retired.

    Spec: spec/labels.md §Lists and groups.
    """
    for token in tokens:
        group = scheme.groups.get(token)
        if group is not None and group.end is not None:
            made = at if label.created is None else parse_instant(label.created)
            if made is None or not group.in_use(made):
                raise GROUP_RETIRED(position="categories", token=token)


def _disclosure(values: dict[str, tuple[str, ...]], controls: tuple[str, ...]) -> None:
    released, shown = set(values.get(RELEASABLE_TO, ())), set(values.get(DISPLAY, ()))
    if released and ("USA" not in released or len(released) < 2):
        raise REQUIRES(
            position="categories", details={"requires": "USA and another in Releasable To"}
        )
    if "USA" in shown or shown & released:
        raise CONTRADICTION(position="categories", details={"tag": DISPLAY})
    if EYES in controls and (not released or not released <= EYES_COUNTRIES):
        raise REQUIRES(
            position="categories",
            details={"requires": "a list of AUS, CAN, GBR, NZL with EYES ONLY"},
        )
    if "PROPIN" in controls and not (released or shown or NOFORN in controls or RELIDO in controls):
        raise REQUIRES(
            position="categories", details={"requires": "a foreign-disclosure marking with PROPIN"}
        )


def _joint(
    values: dict[str, tuple[str, ...]], label: Label, groups: CountryGroups, at: Instant | None
) -> None:
    """What is JOINT has the US among its owners, and is released to each, by name or in a group.

    Raises: Refused `label.requires`, `label.contradiction`.
    """
    owners, released = values[JOINT], values.get(RELEASABLE_TO, ())
    if "USA" not in owners or len(owners) < 2:
        raise REQUIRES(
            position="categories", details={"requires": "USA and another owner of what is JOINT"}
        )
    if OWNER in values:
        raise CONTRADICTION(position="categories", details={"tag": OWNER})
    apart = set(owners) - set(released)
    if not apart:
        return
    made = at if label.created is None else parse_instant(label.created)
    instant = END_OF_TIME if made is None else made
    reached = groups.expand(released, at=instant)
    for owner in apart:
        members = groups.expand((owner,), at=instant)
        if not members or not members <= reached:
            raise REQUIRES(
                position="categories", details={"requires": "REL TO every owner of what is JOINT"}
            )


def _compartments(values: tuple[str, ...], level: str, controls: set[str]) -> None:
    """Families whose rules reach the sub-compartments that no public list names."""
    for value in values:
        head, _, sub = value.partition(" ")
        if value == "RSV":
            raise REQUIRES(position="categories", details={"requires": "a compartment of RSV"})
        _originator_controlled(head, sub, controls)
        # What is closed to foreigners by its family.
        closed = (
            head.startswith(("HCS", "BUR", "RSV"))
            or head in ("TK-BLFH", "TK-IDIT", "TK-KAND")
            or (head == "KLM-R" and sub)
        )
        if closed and NOFORN not in controls:
            raise REQUIRES(position="categories", details={"requires": NOFORN})
        # The levels that each family may sit on.
        top_secret_only = (
            head in ("SI-G", "TK-BLFH", "MVL")
            or (sub and head in ("HCS-P", "KLM-R"))
            or (head.startswith("SI-") and head != "SI-NK")
        )
        high_only = head.partition("-")[0] in ("HCS", "TK", "RSV", "BUR", "KLM")
        if (
            (top_secret_only and level != "TOP SECRET")
            or (high_only and level not in CLASSIFIED_HIGH)
            or level in ("UNCLASSIFIED", "RESTRICTED")
        ):
            raise LEVEL_CONFLICT(position="categories")


def _programs(values: tuple[str, ...], level: str) -> None:
    """A program that is read on by level is never above the label's: `DOD:TS:X` on SECRET."""
    for value in values:
        _, *rest = value.split(":")
        named = PROGRAM_LEVELS[rest[0]] if len(rest) == 2 else level
        if LEVELS.index(named) > LEVELS.index(level):
            raise LEVEL_CONFLICT(position="categories")


def _originator_controlled(head: str, sub: str, controls: set[str]) -> None:
    """Compartments that are originator-controlled say so; ORCON-USGOV is enough for KLM only."""
    klamath = head.startswith("KLM-")
    needs_orcon = (
        head in ("SI-G", "HCS-O")
        or (head == "HCS-P" and sub)
        or (klamath and (head != "KLM-R" or sub))
    )
    if not needs_orcon or ORCON in controls:
        return
    if ORCON_USGOV in controls:
        if klamath and not sub:
            return
        raise CONTRADICTION(position="categories", details={"excludes": ORCON_USGOV})
    raise REQUIRES(position="categories", details={"requires": ORCON})
