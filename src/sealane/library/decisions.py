"""Agreements and decisions: check an agreement, and decide under it with every reason.

Spec: spec/agreement.md; spec/interfaces.md §1 "Agreements and decisions", §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane import shipped
from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base import canonical
from sealane.base.exercise import is_exercise
from sealane.decisions import decide as deciding
from sealane.decisions import explain as explaining
from sealane.decisions.decide import Audience, Decision
from sealane.decisions.explain import Lang
from sealane.decisions.markings import LabelCheck
from sealane.decisions.rehearsal import review
from sealane.decisions.rehearsal.review import Review
from sealane.decisions.request import request_from_bytes
from sealane.decisions.words import Words
from sealane.labels.model.scheme import Schemes


def check_agreement(
    agreement: Agreement,
    *,
    in_use: bool = False,
    agreements: Agreements | None = None,
    schemes: Schemes | None = None,
) -> Review:
    """Lint one agreement among others and run its own scenarios; `passed` says that all is well.

    Args:
        in_use: as one to sign and use: even a model's unverified rows are errors.
        agreements: the others that are loaded; the shipped ones by default.
    Raises: Malformed `agreement.circular`, `agreement.overlap`; Untrusted `agreement.chain_broken`.
    Spec: spec/agreement.md §4.

    Example:
        >>> agreement = sealane.shipped_agreements()["jpn-aus-2022"]
        >>> sealane.check_agreement(agreement).passed
        True
        >>> review = sealane.check_agreement(agreement, in_use=True)
        >>> [finding.error.code for finding in review.errors]
        ['check.unverified_row']
    """
    invented = all(is_exercise(party.id) for party in agreement.parties)
    loaded = shipped.schemes(exercise=invented) if schemes is None else schemes
    level_of = {
        name: {level.name: level.obsolete for level in loaded[name].levels} for name in loaded
    }
    return review.review(
        agreement,
        agreements=shipped.agreements() if agreements is None else agreements,
        schemes=loaded,
        level_of=level_of,
        in_use=in_use,
    )


def decide(
    request: bytes | Mapping[str, Any],
    *,
    agreements: Agreements | None = None,
    schemes: Schemes | None = None,
) -> Decision:
    """Permit or refuse one act, with every clause's outcome; both parties compute one digest.

    Args:
        request: the members of spec/interfaces.md §4, as JSON bytes or as a mapping. It names its
            agreement and its instant; no clock is read.
    Raises: Malformed `request.*`, `json.*`, `label.*`: what cannot be read is never decided.
    Spec: spec/interfaces.md §1 "Agreements and decisions", §4.

    Example:
        >>> from pathlib import Path
        >>> request = Path("examples/open-by-rank-alone.json").read_bytes()
        >>> decision = sealane.decide(request)
        >>> decision.permit, [(reason.clause, reason.text) for reason in decision.unmet]
        (False, [('4.5', 'An authorisation must name the person for the item or its project.')])
    """
    data = request if isinstance(request, bytes) else canonical.encode(request)
    known = shipped.agreements() if agreements is None else agreements
    loaded = shipped.schemes() if schemes is None else schemes
    labels = LabelCheck(loaded, known)
    asked = request_from_bytes(data, words=Words.of(known), labels=labels)
    return deciding.decide(asked, agreements=known, schemes=loaded)


def explain(
    decision: Decision,
    *,
    lang: Lang = "en",
    audience: Audience = "officer",
    agreements: Agreements | None = None,
) -> str:
    """A decision for a person to read: the verdict, then what is missing and who can mend it.

    Args:
        lang: `en` or `ja`.
        audience: the edition for the `officer`, the `partner`, or the `requester`, who reads about
            themselves alone.
    Spec: spec/interfaces.md §1 "Agreements and decisions".

    Example:
        >>> from pathlib import Path
        >>> request = Path("examples/open-by-rank-alone.json").read_bytes()
        >>> print(sealane.explain(sealane.decide(request)).partition("- ")[2])
        4.5 Opening: An authorisation must name the person for the item or its project.
            missing: no authorisation for AU-2026-0001 is in effect at 2026-11-25T00:00:00Z
            who can mend it: The holder's security officer: name the person
    """
    known = shipped.agreements() if agreements is None else agreements
    agreement = known.get(decision.agreement.id)
    return explaining.card_text(decision, agreement, lang=lang, audience=audience)


def shipped_agreements() -> Agreements:
    """The model agreements that ship with Sealane, parsed once: a mapping by id.

    Raises: Misconfigured `agreement.folder`.
    Spec: spec/agreement.md.

    Example:
        >>> agreement = sealane.shipped_agreements()["jpn-aus-2022"]
        >>> [party.id for party in agreement.parties], agreement.model
        (['AUS', 'JPN'], True)
    """
    return shipped.agreements()
