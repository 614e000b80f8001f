"""A US label as ISM attributes: the vocabulary's order, lists canonical, what hangs under a control
beside it.

Spec: IC ISM 2021-NOV; ISM-ID-00388 (a compartment stands with its control system).
"""

from __future__ import annotations

from sealane.labels.model.errors import NOT_EXPRESSIBLE
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.xml_tree import write_element
from sealane.labels.us.nato import WATER, of_nato
from sealane.labels.us.vocabulary import (
    AEA,
    COMPILATION,
    CONCEALED,
    DISPLAY,
    DISSEM,
    EXCLUDED,
    EYES,
    FGI,
    FOREIGN,
    HIGH_WATER,
    ISM_FACTS,
    JOINT,
    NON_IC,
    ORCON,
    ORCON_USGOV,
    OWNER,
    SAP,
    SCI,
    Vocabulary,
    informative,
    release_order,
)

NAMESPACE, ARH = "urn:us:gov:ic:ism", "urn:us:gov:ic:arh"
LISTS = {
    "SCIcontrols": SCI,
    "SARIdentifier": SAP,
    "atomicEnergyMarkings": AEA,
    "disseminationControls": DISSEM,
    "nonICmarkings": NON_IC,
    "nonUSControls": FOREIGN,
}
PLACES = {"releasableTo": RELEASABLE_TO, "displayOnlyTo": DISPLAY, "FGIsourceOpen": FGI}
KEPT = (
    "classifiedBy",
    "derivativelyClassifiedBy",
    "classificationReason",
    "derivedFrom",
    "declassDate",
    "declassEvent",
    "declassException",
    "resourceElement",
    "noAggregation",
    "noticeType",
    "noticeDate",
    "noticeReason",
    "unregisteredNoticeType",
    "externalNotice",
    "exemptFrom",
    "pocType",
    "compliesWith",
    "DESVersion",
    "ISMCATCESVersion",
    "hasApproximateMarkings",
)
ORDER = (
    "classification",
    "ownerProducer",
    "joint",
    "SCIcontrols",
    "SARIdentifier",
    "atomicEnergyMarkings",
    "disseminationControls",
    "displayOnlyTo",
    "FGIsourceOpen",
    "FGIsourceProtected",
    "releasableTo",
    "nonICmarkings",
    "nonUSControls",
    "highWaterNATO",
    "excludeFromRollup",
    "compilationReason",
    "createDate",
    *KEPT,
)
WATER_TOKENS = dict(zip(("NATO-U", "NATO-R", "NATO-C", "NATO-S", "NATO-TS"), WATER, strict=True))


def write_ism(label: Label, vocabulary: Vocabulary) -> str:
    """The one element a label makes, attributes in the vocabulary's order, lists in canonical
    order.

    Raises: Refused `label.not_expressible`.
    """
    found: dict[str, str] = {"classification": vocabulary.level_text[label.classification]}
    values = {one.tag: one.values for one in label.categories}
    found.update(_write_owners_and_sources(values))
    controls = [one for one in values.pop(DISSEM, ()) if one]
    if ORCON_USGOV in controls:
        controls.append(ORCON)
    if RELEASABLE_TO in values and EYES not in controls:
        controls.append("REL")
    if DISPLAY in values:
        controls.append("DISPLAYONLY")
    if controls:
        found["disseminationControls"] = _join(DISSEM, controls, vocabulary)
    for name, tag in LISTS.items():
        if tag in values:
            found[name] = _join(tag, _closure(tag, values.pop(tag)), vocabulary)
    for name, tag in (("releasableTo", RELEASABLE_TO), ("displayOnlyTo", DISPLAY)):
        if tag in values:
            found[name] = " ".join(release_order(vocabulary, values.pop(tag)))
    found.update(_write_rest(label, values))
    ordered = {f"ism:{name}": found[name] for name in ORDER if name in found}
    return write_element("arh:Security", {"xmlns:arh": ARH, "xmlns:ism": NAMESPACE} | ordered)


def _write_owners_and_sources(values: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Owners, foreign sources and the NATO high water; what ISM asks of them together."""
    owners, sources = values.pop(JOINT, ()), values.pop(FGI, ())
    owned = " ".join(owners or values.pop(OWNER, ("USA",)))
    found = {"ownerProducer": owned}
    # 1. Every owner of what is JOINT stands by name in the release list.
    if owners:
        found["joint"] = "true"
        if not set(owners) <= set(values.get(RELEASABLE_TO, ())):
            raise NOT_EXPRESSIBLE(member="categories", details={"tag": RELEASABLE_TO})
    # 2. A source is concealed or named.
    if CONCEALED in sources or owned == CONCEALED:
        found["FGIsourceProtected"] = CONCEALED
    elif sources:
        found["FGIsourceOpen"] = " ".join(sources)
    # 3. NATO among others, with the highest level of what is NATO's.
    if HIGH_WATER in values:
        found["highWaterNATO"] = next(
            token for token, name in WATER_TOKENS.items() if name == values[HIGH_WATER][0]
        )
    elif of_nato((*sources, *owners)):
        raise NOT_EXPRESSIBLE(member="categories", details={"tag": HIGH_WATER})
    return found


def _write_rest(label: Label, values: dict[str, tuple[str, ...]]) -> dict[str, str]:
    out = dict(fact.partition("=")[::2] for fact in informative(label, ISM_FACTS))
    reasons = informative(label, COMPILATION)
    if len(reasons) > 1:
        raise NOT_EXPRESSIBLE(member="categories", details={"tag": COMPILATION})
    if reasons:
        out["compilationReason"] = reasons[0]
    if informative(label, EXCLUDED):
        out["excludeFromRollup"] = "true"
    if label.created is not None:
        if not label.created.endswith("T00:00:00Z"):
            raise NOT_EXPRESSIBLE(member="created")
        out["createDate"] = label.created[:10]
    if unknown := sorted(set(values) - {HIGH_WATER, ISM_FACTS, COMPILATION, EXCLUDED}):
        raise NOT_EXPRESSIBLE(member="categories", details={"tag": unknown[0]})
    return out


def _closure(tag: str, values: tuple[str, ...]) -> list[str]:
    """ISM wants the control system beside its compartment, and the compartment beside its
    sub-compartment.
    """
    if tag != SCI:
        return list(values)
    out = set(values)
    for value in values:
        out.add(value.partition("-")[0])
        if " " in value:
            out.add(value.partition(" ")[0])
    return sorted(out)


def _join(tag: str, values: list[str], vocabulary: Vocabulary) -> str:
    ranked = sorted(
        (0 if tag == SCI else vocabulary.order.get((tag, value), 1 << 20), value)
        for value in values
    )
    written = [vocabulary.spelling.get((tag, value), value) for _, value in ranked]
    return " ".join(one.replace(" ", "-") if tag == SCI else one for one in written)
