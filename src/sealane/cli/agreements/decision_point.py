"""Where requests on the command line are decided, without a node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealane import shipped

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreement
    from sealane.agreements.loaded import Agreements
    from sealane.decisions.decide import Decision
    from sealane.decisions.words import Words


class DecisionPoint:
    """What one run decides by: shipped agreements and schemes, and the agreement files that
    requests name by path.
    """

    def __init__(self) -> None:
        from sealane.decisions.words import Words

        self.agreements, self.schemes = shipped.agreements(), shipped.schemes()
        self.words = Words.of(self.agreements)
        self.files: dict[str, tuple[Agreement, Agreements, Words]] = {}

    def decide(self, data: bytes) -> Decision:
        """The decision on one request's bytes. Raises: Malformed: the request or the agreement file
        it names.
        """
        from sealane.decisions.decide import decide
        from sealane.decisions.markings import LabelCheck
        from sealane.decisions.request import request_from_bytes, require_words

        agreements, words = self.agreements, self.words
        request = request_from_bytes(data)
        if request.agreement not in agreements:
            in_file = self._file(request.agreement)
            if in_file is not None:
                import msgspec

                agreement, agreements, words = in_file
                request = msgspec.structs.replace(request, agreement=agreement.id)
        require_words(request, words)
        LabelCheck(self.schemes, agreements).require(request.label, request.agreement)
        return decide(request, agreements=agreements, schemes=self.schemes)

    def decide_json(self, request: dict[str, Any]) -> Decision:
        """The decision on a parsed request under a shipped agreement; no file is read for it.
        Raises: Malformed: the request.
        """
        from sealane.decisions.decide import decide
        from sealane.decisions.markings import LabelCheck
        from sealane.decisions.request import request_from_json

        labels = LabelCheck(self.schemes, self.agreements)
        return decide(
            request_from_json(request, words=self.words, labels=labels),
            agreements=self.agreements,
            schemes=self.schemes,
        )

    def _file(self, name: str) -> tuple[Agreement, Agreements, Words] | None:
        """The agreement in the file of this name, read once; None when there is no such file."""
        from sealane.adapters.agreements import load_agreement
        from sealane.decisions.words import Words

        if name not in self.files and _is_file(name):
            loaded = load_agreement(Path(name))
            among = self.agreements.with_(loaded)
            self.files[name] = loaded, among, Words.of(among)
        return self.files.get(name)

    def agreements_of(self, decision: Decision) -> Agreements:
        """The agreements that this decision was made among."""
        for agreement, among, _ in self.files.values():
            if agreement.digest == decision.agreement.digest:
                return among
        return self.agreements


def _is_file(name: str) -> bool:
    try:
        return "\0" not in name and Path(name).is_file()
    except OSError:  # too long to be the name of a file, for one
        return False
