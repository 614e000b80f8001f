"""The digest as another team would compute it from spec/agreement.md §9, with nothing of ours but
the answer.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import cases
from tests.decisions import decided

SEEDS = st.integers(min_value=0, max_value=(1 << 48) - 1)


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def texts(values: list[str]) -> list[str]:
    return sorted(set(values))


def records(values: list[dict[str, Any]]) -> list[Any]:
    return [json.loads(one) for one in sorted({canonical(one) for one in values})]


def request_text(request: dict[str, Any]) -> dict[str, Any]:
    out = {
        name: value
        for name, value in request.items()
        if name not in ("agreement", "accept_unverified")
    }
    item, subject, label = request["item"], request["subject"], request["label"]
    out["item"] = {
        **item,
        "purposes": texts(item["purposes"]),
        "released_to": texts(item["released_to"]),
    }
    out["subject"] = {
        **subject,
        **{name: texts(subject[name]) for name in ("nationality", "roles", "duties")},
        **{name: records(subject[name]) for name in ("clearances", "briefings", "authorisations")},
    }
    out["consents"] = records(
        [
            {**one, "paragraphs": texts(one["paragraphs"])} if "paragraphs" in one else one
            for one in request["consents"]
        ]
    )
    out["label"] = {
        **label,
        "categories": sorted(
            ({**one, "values": sorted(one["values"])} for one in label["categories"]),
            key=lambda one: (one["tag"], one["type"], one["values"]),
        ),
    }
    return {"third_agreement": None, **out}


def digest(request: dict[str, Any], answer: dict[str, Any]) -> str:
    return hashlib.sha384(
        canonical(
            {
                "accepted_unverified": request.get("accept_unverified", False),
                "agreement": answer["agreement"],
                "decision": answer["decision"],
                "reasons": [[one["clause"], one["met"]] for one in answer["reasons"]],
                "request": request_text(request),
            }
        )
    ).hexdigest()


@settings(max_examples=300, deadline=None, database=None)
@given(SEEDS, st.sampled_from(["jpn-aus-2022", "jpn-aus-2007", "nowhere"]))
def test_anybody_can_compute_the_digest_from_the_specification(seed: int, agreement: str) -> None:
    request = {**cases.case(random.Random(seed)), "agreement": agreement}
    answer = decided(request).as_json()
    assert answer["digest"] == digest(request, answer)


def test_texts_with_anything_in_them_have_one_canonical_text() -> None:
    request = cases.complete(random.Random(1))
    for odd in ('"', "\\", "\n\t\b\f\r", "\x01\x1f\x7f", "é秘\U0001f512", " : ", "</script>"):
        request["subject"]["organisation"] = odd
        request["subject"]["roles"] = [odd, "b", "a"]
        answer = decided(request).as_json()
        assert answer["digest"] == digest(request, answer), odd
