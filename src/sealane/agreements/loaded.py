"""The agreements that are loaded together, by id and version.

Spec: spec/agreement.md §5; R1, R8.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Malformed, NotFound, declare
from sealane.base.values import Instant

UNKNOWN = declare(
    "agreement.unknown",
    NotFound,
    "No agreement {id!r} is loaded.",
    "取決め {id!r} は読み込まれていません。",
    "Give the id of a loaded agreement, or the path of its file.",
    "読み込み済みの取決めの識別子、またはファイルのパスを指定してください。",
)
TWO_VERSIONS = declare(
    "agreement.overlap",
    Malformed,
    "Two files of agreement {id!r} apply at the same time.",
    "取決め {id!r} の二つのファイルの期間が重なっています。",
    "End the earlier version where the later one begins.",
    "後の版が始まる時点で前の版を終わらせてください。",
)
CIRCLE = declare(
    "agreement.circular",
    Malformed,
    "The agreements {chain} succeed or rest on one another in a circle.",
    "取決め {chain} の継承又は依拠が循環しています。",
    "Let the later agreement name the earlier one only.",
    "後の取決めだけが前の取決めを指すようにしてください。",
)


class Agreements(Mapping[str, Agreement]):
    """Every loaded agreement by id; of several versions, the one whose time it is. Immutable.

    Example:
        >>> from pathlib import Path
        >>> data = Path("policy/agreements/jpn-aus-2022.toml").read_bytes()
        >>> own = sealane.Agreements([sealane.parse_agreement(data)])
        >>> list(own), len(own.versions("jpn-aus-2022"))
        (['jpn-aus-2022'], 1)
    """

    __slots__ = ("_versions",)

    def __init__(self, agreements: Iterable[Agreement] = ()) -> None:
        """Raises: Malformed: `agreement.overlap`: two versions of one id at one time;
        `agreement.circular`.
        """
        versions: dict[str, list[Agreement]] = {}
        for agreement in agreements:
            versions.setdefault(agreement.id, []).append(agreement)
        for identifier, several in versions.items():
            several.sort(key=lambda one: one.period.since)
            for earlier, later in itertools.pairwise(several):
                if earlier.period.until is None or later.period.since < earlier.period.until:
                    raise TWO_VERSIONS(id=identifier)
        self._versions = {name: tuple(several) for name, several in sorted(versions.items())}
        self._no_circle()

    def __getitem__(self, identifier: str) -> Agreement:
        """The latest version. Raises: KeyError."""
        return self._versions[identifier][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)

    def versions(self, identifier: str) -> tuple[Agreement, ...]:
        """All versions of one agreement, the earliest first; empty when unknown."""
        return self._versions.get(identifier, ())

    def version(self, identifier: str, digest: str) -> Agreement | None:
        """The version with this digest; None: it is not loaded."""
        versions = self.versions(identifier)
        return next((one for one in versions if one.digest == digest), None)

    def at(self, identifier: str, at: Instant) -> Agreement | None:
        """The version that governs at the instant; else the last that began before it, else the
        first; None: unknown.

        A version that no longer or does not yet govern is still an answer: the decision names why
        it refuses.
        """
        several = self._versions.get(identifier)
        if not several:
            return None
        if len(several) == 1:
            return several[0]
        begun = [one for one in several if one.period.since <= at]
        return begun[-1] if begun else several[0]

    def two_alone(self, identifier: str, one: str, other: str) -> bool | None:
        """Whether two parties came to an agreement without a third: by the first version that both
        are parties to, so that it never changes; None where no version has both.
        """
        for version in self.versions(identifier):
            parties = {party.id for party in version.parties}
            if {one, other} <= parties:
                return len(parties) == 2
        return None

    def _no_circle(self) -> None:
        """Walk earlier agreements depth first, each once, without recursion: files may form long or
        dense chains.
        """
        done: set[str] = set()
        for start in self._versions:
            trail: dict[str, Iterator[str]] = {start: iter(self._earlier(start))}
            while trail:
                name, rest = next(reversed(trail.items()))
                earlier = next((other for other in rest if other not in done), None)
                if earlier is None:
                    done.add(name)
                    del trail[name]
                elif earlier in trail:
                    raise CIRCLE(chain=", ".join(sorted(trail)))
                else:
                    trail[earlier] = iter(self._earlier(earlier))

    def _earlier(self, identifier: str) -> list[str]:
        return [
            name
            for one in self._versions.get(identifier, ())
            for name in (one.succeeds, *one.rests_on)
            if name
        ]

    def require(self, identifier: str) -> Agreement:
        """The latest version. Raises: NotFound `agreement.unknown`."""
        if identifier not in self._versions:
            raise UNKNOWN(id=identifier[:80])
        return self[identifier]

    def with_(self, agreement: Agreement) -> Agreements:
        """These and one more, which replaces loaded versions of the same id."""
        others = (
            one
            for name, several in self._versions.items()
            if name != agreement.id
            for one in several
        )
        return Agreements((*others, agreement))
