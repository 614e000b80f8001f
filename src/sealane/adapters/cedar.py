"""A national overlay written in Cedar: forbids only, each with an id and its sentence in both
languages.

Cedar skips a policy that errs; here it refuses and is named. Answers are kept per label class,
because a call costs tens of microseconds and classes are few.
Spec: spec/agreement.md §8.
"""

from __future__ import annotations

import json
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Misconfigured, declare
from sealane.base.values import identifier
from sealane.decisions.overlay import ERRED, FORBIDDEN, ClassFacts, NationalReason

MAX_BYTES = 1 << 20
MAX_POLICIES = 1024
MAX_CLASSES = 100_000
_PERMIT_ALL = {
    "effect": "permit",
    "principal": {"op": "All"},
    "action": {"op": "All"},
    "resource": {"op": "All"},
    "conditions": [],
}
_BASE = "sealane-base"

NO_ENGINE = declare(
    "overlay.no_engine",
    Misconfigured,
    "A national overlay is configured, but the Cedar engine is not installed.",
    "国内規則の重ね合わせが設定されていますが、Cedar エンジンがありません。",
    "Install the `overlay` extra, or remove the overlay from the settings.",
    "追加機能 `overlay` を導入するか、設定から外してください。",
)
BAD_OVERLAY = declare(
    "overlay.malformed",
    Malformed,
    "The national overlay cannot be used: {why}.",
    "国内規則の重ね合わせを使えません：{why}。",
    "Write only `forbid` policies, each with @id, @en and @ja.",
    "`forbid` だけを書き、それぞれに @id、@en、@ja を付けてください。",
)


class CedarOverlay:
    """One nation's Cedar text, parsed once; holds an answer for each label class it has met."""

    def __init__(self, nation: str, text: str) -> None:
        """Raises: Malformed `overlay.malformed`: not Cedar, a permit, a template, an id or sentence
        missing or twice; Misconfigured `overlay.no_engine`.
        """
        try:
            import cedarpy
        except ImportError:
            raise NO_ENGINE() from None
        if len(text.encode()) > MAX_BYTES:
            raise BAD_OVERLAY(why=f"it has more than {MAX_BYTES} bytes")
        self._engine = cedarpy
        self._nation = nation
        self._sentences, policies = _read(cedarpy, text)
        whole = {
            "templates": {},
            "staticPolicies": {**policies, _BASE: _PERMIT_ALL},
            "templateLinks": [],
        }
        self._policies = cedarpy.PolicySet.from_json_str(json.dumps(whole))
        self._answers: dict[ClassFacts, tuple[NationalReason, ...]] = {}
        self.digest = canonical.sha384(text.encode())
        self.rules = tuple(sorted(self._sentences))
        self.calls = 0

    def forbids(self, facts: ClassFacts) -> tuple[NationalReason, ...]:
        """Every rule that forbids this class of act, by id; an erring overlay forbids too. Never
        raises.
        """
        found = self._answers.get(facts)
        if found is None:
            if len(self._answers) >= MAX_CLASSES:
                self._answers.clear()
            found = self._answers[facts] = self._ask(facts)
        return found

    def _ask(self, facts: ClassFacts) -> tuple[NationalReason, ...]:
        self.calls += 1
        context = facts.as_json()
        request = {
            "principal": {"type": "Party", "id": facts.recipient},
            "action": {"type": "Action", "id": facts.action},
            "resource": {"type": "LabelClass", "id": canonical.digest(context)},
            "context": context,
        }
        try:
            result = self._engine.is_authorized(request, self._policies, [])
            errors, reasons = list(result.diagnostics.errors), list(result.diagnostics.reasons)
            allowed = bool(result.allowed)
        except Exception as error:  # noqa: BLE001 - whatever the engine meets, the answer is a refusal
            return (self._erred(type(error).__name__),)
        if errors:
            return tuple(self._erred(error) for error in sorted(errors))
        if allowed:
            return ()
        named = sorted(reason for reason in reasons if reason in self._sentences)
        return tuple(self._reason(name) for name in named) or (
            self._erred("refused without a rule"),
        )

    def _reason(self, name: str) -> NationalReason:
        text, text_ja = self._sentences[name]
        return NationalReason(
            clause=f"overlay:{self._nation}/{name}", code=FORBIDDEN, text=text, text_ja=text_ja
        )

    def _erred(self, why: str) -> NationalReason:
        return NationalReason(
            clause=f"overlay:{self._nation}",
            code=ERRED,
            text=f"A national rule could not be evaluated, so it refuses: {why[:200]}.",
            text_ja=f"国内規則を評価できないため拒否します：{why[:200]}。",
        )


def read_overlay(nation: str, text: bytes) -> CedarOverlay:
    """A nation's own forbids from a file's bytes. Raises: Malformed `overlay.malformed`;
    Misconfigured `overlay.no_engine`.
    """
    return CedarOverlay(nation, text.decode("utf-8", "replace"))


def _read(engine: Any, text: str) -> tuple[dict[str, tuple[str, str]], dict[str, Any]]:
    try:
        parsed = json.loads(engine.policies_to_json_str(text))
    except ValueError as error:
        raise BAD_OVERLAY(why=f"it is not Cedar: {str(error)[:120]}") from None
    if parsed["templates"] or parsed["templateLinks"]:
        raise BAD_OVERLAY(why="it has templates")
    if not 1 <= len(parsed["staticPolicies"]) <= MAX_POLICIES:
        raise BAD_OVERLAY(why=f"it has not 1 to {MAX_POLICIES} policies")
    sentences: dict[str, tuple[str, str]] = {}
    policies: dict[str, Any] = {}
    for policy in parsed["staticPolicies"].values():
        notes = policy.get("annotations", {})
        if not all(notes.get(name) for name in ("id", "en", "ja")):
            raise BAD_OVERLAY(why="a policy lacks @id, @en or @ja")
        name = identifier(notes["id"])
        if policy["effect"] != "forbid":
            raise BAD_OVERLAY(why=f"{name} is a permit")
        if name in sentences or name == _BASE:
            raise BAD_OVERLAY(why=f"{name} occurs twice")
        sentences[name] = (notes["en"], notes["ja"])
        policies[name] = policy
    return sentences, policies
