"""A US label as a canonical banner or portion.

Banners are `CLASS//SCI//SAP//AEA//FGI//DISSEM//NONIC`; portions are the same in short forms,
in parentheses.
Spec: CAPCO Register and Manual 2016.
"""

from __future__ import annotations

from collections.abc import Callable

from sealane.labels.model.errors import NOT_EXPRESSIBLE
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.us.nato import NATO
from sealane.labels.us.vocabulary import (
    AEA,
    CONCEALED,
    CRITICAL,
    DISPLAY,
    DISSEM,
    EYES,
    EYES_ONLY,
    FAMILIES,
    FGI,
    FOREIGN,
    HIGH_WATER,
    JOINT,
    NON_IC,
    OWNER,
    SAP,
    SCI,
    SIGMA,
    Vocabulary,
    informative,
    release_order,
)

UNLISTED = 1 << 20
"""The rank of what no list of the vocabulary names: after everything that one does."""


def write_mark(label: Label, vocabulary: Vocabulary) -> str:
    """The one text of a label in this form.

    Raises: Refused `label.not_expressible`: something in the label that marks of this form cannot
        carry.
    """
    values = {one.tag: one.values for one in label.categories if one.type != "informative"}
    owner = informative(label, OWNER)
    head = _head(label, values.pop(JOINT, ()), owner, vocabulary)
    parts = [head]
    parts += [
        write(values.pop(tag), vocabulary) for tag, write in _SECTION.items() if tag in values
    ]
    if dissemination := _dissemination(values, vocabulary):
        parts.append(dissemination)
    if NON_IC in values:
        parts.append("/".join(_listed(NON_IC, values.pop(NON_IC), vocabulary)))
    values.pop(HIGH_WATER, None)
    if values:
        raise NOT_EXPRESSIBLE(member="categories", details={"tag": min(values)})
    text = "//".join(parts)
    return f"({text})" if vocabulary.portions else text


def _head(
    label: Label, joint: tuple[str, ...], owner: tuple[str, ...], vocabulary: Vocabulary
) -> str:
    level = vocabulary.level_text.get(label.classification)
    if level is None:
        raise NOT_EXPRESSIBLE(member="classification")
    if joint:
        return f"//JOINT {level} {' '.join(joint)}"
    if not owner:
        return level
    if owner[0] == NATO:
        return f"//{nato_level(label.classification, vocabulary)}"
    return f"//{owner[0]} {level}"


def nato_level(classification: str, vocabulary: Vocabulary) -> str:
    """How NATO's level of this name is written: NATO SECRET, COSMIC TOP SECRET; NS, CTS."""
    top = classification == "TOP SECRET"
    if vocabulary.portions:
        return "CTS" if top else f"N{classification[0]}"
    return f"COSMIC {classification}" if top else f"NATO {classification}"


def _listed(tag: str, values: tuple[str, ...], vocabulary: Vocabulary) -> list[str]:
    order, spelling = vocabulary.order, vocabulary.spelling
    known = sorted((order.get((tag, value), UNLISTED), value) for value in values)
    return [spelling.get((tag, value), value) for _, value in known]


def _write_foreign(values: tuple[str, ...], vocabulary: Vocabulary) -> str:
    return "/".join(_listed(FOREIGN, values, vocabulary))


def sci_tree(values: tuple[str, ...]) -> dict[str, dict[str, list[str]]]:
    """Control systems, their compartments and sub-compartments, from values such as `SI-G ABCD`."""
    tree: dict[str, dict[str, list[str]]] = {}
    for value in values:
        control, _, rest = value.partition("-")
        compartments = tree.setdefault(control, {})
        if rest:
            compartment, _, sub = rest.partition(" ")
            subs = compartments.setdefault(compartment, [])
            if sub:
                subs.append(sub)
    return tree


def write_sci(values: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """Control systems with their compartments and sub-compartments: `HCS-P/SI-G ABCD/TK`."""
    written = []
    for control, compartments in sorted(sci_tree(values).items()):
        head = vocabulary.spelling.get((SCI, control), control)
        tails = (
            " ".join([compartment, *sorted(subs)])
            for compartment, subs in sorted(compartments.items())
        )
        written.append("-".join([head, *tails]))
    return "/".join(written)


def _write_sap(values: tuple[str, ...], _: Vocabulary) -> str:
    if any(":" in value for value in values):
        raise NOT_EXPRESSIBLE(member="categories", details={"tag": SAP})
    return "SAR-" + "/".join(sorted(values))


def _write_aea(values: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """Restricted Data with its sigmas: `RD-CNWDI-SIGMA 14 18`; then the markings that
    stand alone.
    """
    critical = f"-{CRITICAL[vocabulary.portions][0]}"
    sigma = f"-{SIGMA[vocabulary.portions][0]} "
    written = []
    for family in FAMILIES:
        own = [value for value in values if value == family or value.startswith(family + "-")]
        if not own:
            continue
        text = family
        if f"{family}-CNWDI" in own:
            text += critical
        sigmas = sorted(value.rpartition(" ")[2] for value in own if "-SIGMA " in value)
        if sigmas:
            text += sigma + " ".join(sigmas)
        written.append(text)
    alone = tuple(value for value in values if value.split("-")[0] not in FAMILIES)
    return "/".join([*written, *_listed(AEA, alone, vocabulary)])


def _write_fgi(values: tuple[str, ...], _: Vocabulary) -> str:
    return "FGI" if CONCEALED in values else "FGI " + " ".join(sorted(values))


def _dissemination(values: dict[str, tuple[str, ...]], vocabulary: Vocabulary) -> str:
    """Controls and lists in the vocabulary's order; DISPLAY ONLY comes last."""
    controls = values.pop(DISSEM, ())
    release, display = values.pop(RELEASABLE_TO, ()), values.pop(DISPLAY, ())
    ranked = []
    for control in controls:
        if control != EYES:
            rank = vocabulary.order.get((DISSEM, control), UNLISTED)
            ranked.append((rank, vocabulary.spelling.get((DISSEM, control), control)))
    if EYES in controls:
        if not release:
            raise NOT_EXPRESSIBLE(member="categories", details={"tag": RELEASABLE_TO})
        text = "/".join(release_order(vocabulary, release)) + EYES_ONLY
        ranked.append((vocabulary.order[DISSEM, EYES], text))
    elif release:
        text = "REL TO " + ", ".join(release_order(vocabulary, release))
        ranked.append((vocabulary.order[DISSEM, "REL"], text))
    if display:
        text = "DISPLAY ONLY " + ", ".join(release_order(vocabulary, display))
        ranked.append((UNLISTED + 1, text))
    return "/".join(text for _, text in sorted(ranked))


_SECTION: dict[str, Callable[[tuple[str, ...], Vocabulary], str]] = {
    FOREIGN: _write_foreign,
    SCI: write_sci,
    SAP: _write_sap,
    AEA: _write_aea,
    FGI: _write_fgi,
}
