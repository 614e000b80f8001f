"""Australian email marks, reading: the `X-Protective-Marking` header and the subject's suffix.

    X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=SECRET, CAVEAT=RI:REL AUS/JPN,
    ORIGIN=a@defence.gov.au Exercise planning [SEC=OFFICIAL:Sensitive, ACCESS=Personal-Privacy]

Spec: Email Protective Marking Standard 2018.1 to 2025.1 (syntax, order, cardinality); PSPF 61,
PSPF 64, PSPF 67, PSPF 68, PSPF 80; R14, R15.
"""

from __future__ import annotations

from collections.abc import Callable

from sealane.base.values import Instant
from sealane.labels.au.dates import instant_of, looks_like_date
from sealane.labels.au.email_write import (
    ADDRESS,
    FIELD,
    OLD_VERSION,
    VERSION,
    email_terms,
    write_header,
    write_subject,
)
from sealane.labels.au.fields import RANK, SPACED, fields, unescaped
from sealane.labels.au.mail import carried
from sealane.labels.au.terms import POLICY, REORDERED, RETIRED_LEVEL, Builder, countries
from sealane.labels.marks.gate import clean
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import (
    CONTRADICTION,
    DUPLICATE,
    FORBIDDEN_CHARACTER,
    ORDER,
    REQUIRES,
    SPACING,
    TOO_LONG,
    TRAILING,
    TRUNCATED,
    hidden,
    unknown,
)
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Level, Scheme, Schemes

CURRENT = frozenset({"2018.1", "2018.2", "2018.3", "2018.4", "2018.5", "2018.6", "2024.1", VERSION})
OLD = frozenset({"2005.6", OLD_VERSION})
MAX_SUBJECT = 4096
MANY = frozenset({"CAVEAT", "ACCESS"})
SUBJECT_FIELDS = frozenset({"SEC", "CAVEAT", "EXPIRES", "DOWNTO", "ACCESS"})
ZONE_TAKEN = Remark(
    "label.zone_assumed",
    "The date names no zone and was read in UTC.",
    "日付に時間帯がないため協定世界時として読みました。",
)
VERSION_CHANGED = Remark(
    "label.version",
    "Written under another version of the standard; the canonical form names the one it follows.",
    "別の版による表示です。正規形は、それが従う版を示します。",
)
ORDERED = Remark(
    "label.reordered",
    "Parts were put into the standard's order.",
    "部分を標準の順に並べ直しました。",
)
ASIDE = Remark(
    "label.subject_text",
    "The subject's own text before the mark was left aside.",
    "件名の本文は標示に含めません。",
)
EVENT = Remark(
    "label.event",
    "The downgrade waits for an event and is never applied by itself.",
    "区分の引下げは契機待ちで、自動では行いません。",
)


class _EmailReader:
    """One header or subject being read: order and number of fields, then each field's meaning."""

    __slots__ = (
        "builder",
        "down",
        "expires",
        "given",
        "lenient",
        "level",
        "notes",
        "old",
        "rank",
        "scheme",
        "seen",
        "terms",
    )

    def __init__(self, scheme: Scheme, lenient: bool, notes: list[Remark]) -> None:
        self.scheme = scheme
        self.terms = email_terms(scheme)
        self.builder = Builder(scheme)
        self.lenient = lenient
        self.notes = notes
        self.seen: set[str] = set()
        self.rank = -1
        self.level: Level | None = None
        self.old: bool | None = None
        self.given = ""
        self.expires: tuple[str, int] | None = None
        self.down: tuple[Level, int] | None = None

    def field(self, name: str, value: str, position: int) -> None:
        rank, seen = RANK[name], self.seen
        if rank > self.rank:
            self.rank = rank
        elif rank < self.rank:
            if not self.lenient:
                raise ORDER(position=position - len(name) - 1, what=f"The field {name}")
            if ORDERED not in self.notes:
                self.notes.append(ORDERED)
        if name not in seen:
            seen.add(name)
        elif name not in MANY:
            raise DUPLICATE(position=position - len(name) - 1, what=f"The field {name}")
        _READ[name](self, value, position)

    def version(self, value: str, position: int) -> None:
        if value not in CURRENT and value not in OLD:
            raise unknown(value, position)
        self.old = value in OLD
        self.given = value

    def namespace(self, value: str, position: int) -> None:
        if value != "gov.au":
            raise unknown(value, position)

    def security(self, value: str, position: int) -> None:
        level = self.terms.levels.get(value)
        if level is None:
            raise unknown(value, position)
        self.level = level
        self.builder.places["classification"] = position

    def caveat(self, value: str, position: int) -> None:
        name = self.terms.caveats.get(value)
        if name is not None:
            self.builder.add("Caveat", name, position)
        elif value.startswith("RI:REL "):
            tokens, moved = countries(
                self.terms, self.scheme, value[7:], position + 7, self.lenient
            )
            if moved:
                self.notes.append(REORDERED)
            self.builder.once(RELEASABLE_TO, tokens, position)
        elif value.startswith("C:"):
            self.builder.once(
                "Codeword", (unescaped(value[2:], position + 2, "Codeword"),), position
            )
        elif value.startswith("FG:"):
            self.builder.once(
                "Foreign Government",
                (unescaped(value[3:], position + 3, "Foreign Government"),),
                position,
            )
        else:
            for prefix, name in self.terms.prefixes:
                if value.startswith(prefix):
                    person = unescaped(value[len(prefix) :], position + len(prefix), "Caveat")
                    self.builder.add("Caveat", f"{name} {person}", position)
                    return
            raise unknown(value, position)

    def expiry(self, value: str, position: int) -> None:
        self.expires = (value, position)

    def downgrade(self, value: str, position: int) -> None:
        level = self.terms.levels.get(value)
        if level is None or level.obsolete:
            raise unknown(value, position)
        self.down = (level, position)

    def access(self, value: str, position: int) -> None:
        name = self.terms.access.get(value)
        if name is None:
            raise unknown(value, position)
        self.builder.add("Access", name, position)

    def note(self, value: str, position: int) -> None:
        self.builder.once("Note", (unescaped(value, position, "Note"),), position)

    def origin(self, value: str, position: int) -> None:
        if ADDRESS(value) is None:
            raise unknown(value, position)
        self.builder.once("Origin", (value,), position)

    def finish(self, end: int) -> Label:
        level = self.level
        if level is None:
            raise TRUNCATED(position=end, expected="SEC")
        if level.obsolete or self.old:
            if self.old is False or (not level.obsolete and level.order in (2, 3)):
                raise unknown(
                    self.terms.level_marks[level.name], self.builder.places["classification"]
                )
            if level.obsolete:
                self.notes.append(RETIRED_LEVEL)
        floor = self.terms.rel_floor
        if self.expires is None and self.down is None:
            return self.builder.label(level, floor)
        if self.expires is None or self.down is None:
            raise REQUIRES(position=(self.expires or self.down or ("", end))[1])
        return self._with_downgrade(level, self.expires, self.down)

    def _with_downgrade(
        self, level: Level, expires: tuple[str, int], down: tuple[Level, int]
    ) -> Label:
        if down[0].order >= level.order:
            raise CONTRADICTION(position=down[1])
        if looks_like_date(expires[0]):
            instant, assumed = instant_of(expires[0], expires[1])
            if assumed:
                self.notes.append(ZONE_TAKEN)
            return self.builder.label(level, self.terms.rel_floor, instant, down[0])
        self.notes.append(EVENT)
        self.builder.once(
            "Downgrade Event", (unescaped(expires[0], expires[1], "Downgrade Event"),), expires[1]
        )
        self.builder.once("Downgrade To", (down[0].name,), down[1])
        return self.builder.label(level, self.terms.rel_floor)


_READ: dict[str, Callable[[_EmailReader, str, int], None]] = {
    "VER": _EmailReader.version,
    "NS": _EmailReader.namespace,
    "SEC": _EmailReader.security,
    "CAVEAT": _EmailReader.caveat,
    "EXPIRES": _EmailReader.expiry,
    "DOWNTO": _EmailReader.downgrade,
    "ACCESS": _EmailReader.access,
    "NOTE": _EmailReader.note,
    "ORIGIN": _EmailReader.origin,
}


def read_header(text: str, schemes: Schemes, at: Instant | None, lenient: bool) -> Parsed:
    return carried(_header, text, schemes, at, lenient)


def read_subject(text: str, schemes: Schemes, at: Instant | None, lenient: bool) -> Parsed:
    return carried(_subject, text, schemes, at, lenient)


def _header(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    gated = clean(text, lenient=lenient)
    notes = list(gated.notes)
    body, start = gated.text, 0
    if body.startswith(FIELD) or body[: len(FIELD)].lower() == FIELD.lower():
        value = body[len(FIELD) :].lstrip(" ")
        body, start = value, len(body) - len(value)
    reader = _EmailReader(schemes[POLICY], lenient, notes)
    for name, value, position in fields(body, start, lenient, notes):
        reader.field(name, value, position)
    for name in ("VER", "NS"):
        if name not in reader.seen:
            raise TRUNCATED(position=start, expected=name)
    label = reader.finish(start + len(body))
    canonical = write_header(label, schemes)
    if f"VER={reader.given}," not in canonical:
        notes.append(VERSION_CHANGED)
    return Parsed(label, canonical, tuple(notes))


def _subject(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    start = text.rfind("[SEC=")
    if start < 0 or text.count("[SEC=") > 1 or "SEC=" in _folded(text[:start]):
        clean(text, lenient=lenient)
        if start >= 0:
            raise DUPLICATE(position=start, what="The mark")
    start = max(start, 0)
    gated = clean(text[start:], lenient=lenient)
    notes = list(gated.notes)
    if start:
        _subject_text(text, start, lenient)
        notes.append(ASIDE)
    body = gated.text
    if lenient and body != body.strip():
        body = body.strip()
        notes.append(SPACED)
    if not body.startswith("["):
        raise TRUNCATED(position=start, expected="[SEC=")
    if not body.endswith("]"):
        if "]" in body:
            raise TRAILING(position=start + body.rindex("]") + 1)
        raise TRUNCATED(position=start + len(body), expected="]")
    reader = _EmailReader(schemes[POLICY], lenient, notes)
    for name, value, position in fields(body[1:-1], start + 1, lenient, notes):
        if name not in SUBJECT_FIELDS:
            raise unknown(name, position - len(name) - 1)
        reader.field(name, value, position)
    label = reader.finish(start + len(body) - 1)
    return Parsed(label, write_subject(label, schemes), tuple(notes))


def _subject_text(text: str, start: int, lenient: bool) -> None:
    """The words before the mark may be in any script, but hide nothing, and a space stands before
    the mark.

    Raises: Malformed `label.too_long`, `label.forbidden_character`, `label.spacing`.
    """
    if start > MAX_SUBJECT:
        raise TOO_LONG(position=MAX_SUBJECT, size=len(text), limit=MAX_SUBJECT)
    for index in range(start):
        if hidden(text[index]):
            raise FORBIDDEN_CHARACTER(
                position=index, details={"code_points": [f"U+{ord(text[index]):04X}"]}
            )
    if text[start - 1] != " " and not lenient:
        raise SPACING(position=start)


def _folded(text: str) -> str:
    """ASCII capitals of the width variants of a text, so that no second mark hides in them."""
    return "".join(chr(ord(one) - 0xFEE0) if "！" <= one <= "～" else one for one in text).upper()


HEADER = Syntax(
    name="au-header",
    read=read_header,
    write=write_header,
    policy=POLICY,
    reads_back=True,
)
SUBJECT = Syntax(
    name="au-subject",
    read=read_subject,
    write=write_subject,
    policy=POLICY,
    reads_back=True,
)
