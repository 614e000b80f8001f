"""Australian email marks, writing: the `X-Protective-Marking` header and the subject's suffix in
the standard's order.

Spec: Email Protective Marking Standard 2018.1 to 2025.1 (order, cardinality, escapes); PSPF 61,
PSPF 64, PSPF 67, PSPF 68, PSPF 80; R14, R15.
"""

from __future__ import annotations

import re

from sealane.labels.au.dates import shortest
from sealane.labels.au.terms import POLICY, AustralianWords, restricted_release, terms
from sealane.labels.model.errors import NOT_EXPRESSIBLE
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Level, Scheme, Schemes

VERSION, OLD_VERSION = "2025.1", "2012.3"
FIELD = "X-Protective-Marking:"
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?"
).fullmatch


def email_terms(scheme: Scheme) -> AustralianWords:
    """The words of the header and the subject, made once for a scheme."""
    found: AustralianWords = scheme.derived("au-email", _terms)
    return found


def _terms(scheme: Scheme) -> AustralianWords:
    return terms(scheme, "au-header")


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,") if "\\" in text or "," in text else text


def _core(label: Label, found: AustralianWords) -> tuple[list[str], Level]:
    """SEC, CAVEAT, EXPIRES, DOWNTO and ACCESS in the standard's order."""
    level = found.levels[found.level_marks[label.classification]]
    restricted_release(label, found, level)
    if label.privacy_mark is not None or label.review is not None:
        raise NOT_EXPRESSIBLE(member="privacy_mark" if label.privacy_mark is not None else "review")
    out = [f"SEC={found.level_marks[label.classification]}"]
    groups = {category.tag: category.values for category in label.categories}
    if groups:
        _caveats(groups, found, out)
    if label.succession is not None:
        later = label.succession.label
        if later is None or later.categories != label.categories or later.succession is not None:
            raise NOT_EXPRESSIBLE(member="succession")
        out += [
            f"EXPIRES={shortest(label.succession.at)}",
            f"DOWNTO={found.level_marks[later.classification]}",
        ]
    elif "Downgrade Event" in groups:
        out += [
            f"EXPIRES={_escape(groups['Downgrade Event'][0])}",
            f"DOWNTO={found.level_marks[groups['Downgrade To'][0]]}",
        ]
    if "Access" in groups:
        out += [f"ACCESS={found.access_marks[value]}" for value in groups["Access"]]
    return out, level


def _caveats(groups: dict[str, tuple[str, ...]], found: AustralianWords, out: list[str]) -> None:
    for tag, prefix in (("Codeword", "C:"), ("Foreign Government", "FG:")):
        if tag in groups:
            if len(groups[tag]) > 1:
                raise NOT_EXPRESSIBLE(member=tag)
            out.append(f"CAVEAT={prefix}{_escape(groups[tag][0])}")
    later: list[str] = []
    for value in groups.get("Caveat", ()):
        mark = found.caveat_marks.get(value)
        if mark is None:
            prefix, person = next(
                known for known in found.prefixes if value.startswith(known[1] + " ")
            )
            mark = prefix + _escape(value[len(person) + 1 :])
        (out if mark.startswith("RI:") else later).append(f"CAVEAT={mark}")
    if RELEASABLE_TO in groups:
        tokens = groups[RELEASABLE_TO]
        out.append(f"CAVEAT=RI:REL {'/'.join(tokens)}")
    out.extend(sorted(later))


def write_header(label: Label, schemes: Schemes) -> str:
    scheme = schemes[POLICY]
    found = email_terms(scheme)
    out, level = _core(label, found)
    for tag, name in (("Note", "NOTE"), ("Origin", "ORIGIN")):
        values = label.values(tag)
        if values:
            out.append(f"{name}={_escape(values[0])}")
    _foreign(label, scheme)
    version = OLD_VERSION if level.obsolete else VERSION
    return f"{FIELD} VER={version}, NS=gov.au, {', '.join(out)}"


def write_subject(label: Label, schemes: Schemes) -> str:
    scheme = schemes[POLICY]
    found = email_terms(scheme)
    out, _ = _core(label, found)
    for tag in ("Note", "Origin"):
        if label.category(tag) is not None:
            raise NOT_EXPRESSIBLE(member=tag)
    _foreign(label, scheme)
    return f"[{', '.join(out)}]"


def _foreign(label: Label, scheme: Scheme) -> None:
    """The standard marks material of the scheme's own country, and lists countries only."""
    if label.originator not in (None, scheme.country):
        raise NOT_EXPRESSIBLE(member="originator")
    if not scheme.groups.countries.issuperset(label.values(RELEASABLE_TO)):
        raise NOT_EXPRESSIBLE(member="Releasable To")
