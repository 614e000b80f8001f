"""A request is read strictly: every member, no other, once, of the right type, in known words."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from sealane.base.errors import Malformed
from sealane.decisions.request import person_from_json, request_from_bytes, request_from_json
from tests import cases
from tests.decisions import decided, words

OPTIONAL = {"accept_unverified", "third_agreement"}
LIMITS = {"purpose", "level", "person", "paragraphs"}
"""What a consent may be limited to; without them it is a consent all the same."""


def full() -> dict[str, Any]:
    request = cases.complete(random.Random(5))
    request["third_agreement"] = None
    request["item"]["project"] = "project-1"
    return request


def text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every object in a value."""
    if isinstance(value, dict):
        yield path
        for name, member in value.items():
            yield from objects(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from objects(member, (*path, index))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


MEMBERS = [(path, name) for path in objects(full()) for name in at(full(), path)]
REQUIRED = [
    (path, name)
    for path, name in MEMBERS
    if not (name in OPTIONAL and path == ()) and not (name in LIMITS and path[:1] == ("consents",))
]


@pytest.mark.parametrize(
    ("path", "name"),
    REQUIRED,
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else part,
)
def test_a_missing_member_is_malformed(path: tuple[Any, ...], name: str) -> None:
    request = full()
    del at(request, path)[name]
    with pytest.raises(Malformed):
        request_from_bytes(text(request), words=words())


@pytest.mark.parametrize("path", list(objects(full())), ids=lambda path: ".".join(map(str, path)))
def test_an_unknown_member_is_malformed_everywhere(path: tuple[Any, ...]) -> None:
    request = full()
    at(request, path)["extra"] = "x"
    with pytest.raises(Malformed):
        request_from_bytes(text(request), words=words())


@pytest.mark.parametrize(
    ("path", "name"),
    MEMBERS,
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else part,
)
def test_a_doubled_member_is_malformed_even_when_both_say_the_same(
    path: tuple[Any, ...], name: str
) -> None:
    request = full()
    twice = "§twice§"
    at(request, path)[twice] = at(request, path)[name]
    doubled = text(request).replace(twice.encode(), name.encode())
    with pytest.raises(Malformed) as caught:
        request_from_bytes(doubled, words=words())
    assert caught.value.code == "json.duplicate_key"


@pytest.mark.parametrize("wrong", [7, 1.5, {}, [{}]], ids=repr)
@pytest.mark.parametrize(
    ("path", "name"),
    MEMBERS,
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else part,
)
def test_a_wrong_type_is_malformed(path: tuple[Any, ...], name: str, wrong: Any) -> None:
    request = full()
    at(request, path)[name] = wrong
    with pytest.raises(Malformed):
        request_from_bytes(text(request), words=words())


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (("action",), "frobnicate"),
        (("action",), ""),
        (("action",), "Release"),
        (("item", "area"), "astrology"),
        (("item", "kind"), "hologram"),
        (("purpose",), "leisure"),
        (("item", "purposes"), ["assessment", "leisure"]),
        (("subject", "clearances", 0, "basis"), "inherited"),
        (("subject", "clearances", 0, "status"), "ok"),
        (("consents", 0, "answer"), "maybe"),
        (("consents", 0, "act"), "sing"),
        (("recipient",), "jpn"),
        (("subject", "nationality"), ["Japan"]),
        (("label", "categories", 0, "type"), "wide"),
        (("at",), "2026-11-22T00:00:00+00:00"),
        (("at",), "2026-11-22"),
        (("at",), "2026-13-22T00:00:00Z"),
        (("at",), "2026-11-22T24:00:00Z"),
        (("at",), "2026-11-22t00:00:00z"),
        (("item", "until"), "tomorrow"),
        (("subject", "clearances", 0, "granted"), "2026-W47-7T00:00:00Z"),
        (("consents", 0, "at"), "2026-11-22T00:00:00"),
        (("accept_unverified",), "true"),
        (("accept_unverified",), None),
        (("item", "recalled"), "no"),
        (("label",), None),
        (("subject",), None),
        (("item",), None),
        (("agreement",), ""),
    ],
)
def test_an_unknown_word_or_an_impossible_value_is_malformed(
    path: tuple[Any, ...], word: Any
) -> None:
    request = full()
    at(request, path[:-1])[path[-1]] = word
    with pytest.raises(Malformed):
        request_from_bytes(text(request), words=words())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"{}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"[" * 100_000,
        b'{"a":1}{"a":1}',
    ],
    ids=range(11),
)
def test_what_is_no_request_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        request_from_bytes(data, words=words())


def test_the_quick_reader_and_the_strict_reader_make_the_same_request() -> None:
    for seed in range(300):
        value = cases.case(random.Random(seed))
        quick = request_from_bytes(text(value), words=words())
        escaped = request_from_bytes(json.dumps(value, ensure_ascii=True).encode(), words=words())
        spaced = request_from_bytes(
            json.dumps(value, ensure_ascii=False, indent=3).replace('":', '" \n:').encode()
        )
        given = request_from_json(value, words=words())
        assert quick.normal() == escaped.normal() == given.normal() == spaced.normal()
        assert quick.item == escaped.item == given.item
        assert quick.subject == escaped.subject == given.subject


def test_equal_instants_in_other_decimals_are_the_same_request() -> None:
    request = full()
    decimal = copy.deepcopy(request)
    decimal["at"] = request["at"].replace("Z", ".000Z")
    decimal["item"]["until"] = request["item"]["until"].replace("Z", ".0Z")
    assert decided(request).digest == decided(decimal).digest
    decimal["at"] = request["at"].replace("Z", ".000000001Z")
    assert decided(request).digest != decided(decimal).digest


def test_a_nanosecond_decides() -> None:
    request = full()
    request.update(action="open", at="2026-11-22T00:00:00.5Z")
    request.pop("target", None)
    request["label"]["classification"] = {"AUS": "SECRET", "JPN": "極秘"}[
        request["label"]["policy"]
    ]
    request["item"].update(until="2026-11-22T00:00:00.500000001Z", area="defence")
    assert "4.3" not in {one.clause for one in decided(request).unmet}
    request["item"]["until"] = "2026-11-22T00:00:00.5Z"
    assert "4.3" in {one.clause for one in decided(request).unmet}


def test_a_person_alone_is_read_as_strictly_as_in_a_request() -> None:
    request = full()
    person = {"subject": request["subject"], "facility": request["facility"]}
    whole = request_from_json(request)
    assert person_from_json(person) == (whole.subject, whole.facility)
    assert person_from_json({**person, "facility": None}) == (whole.subject, None)
    for bad in ([], {}, {**person, "x": 1}, {**person, "subject": {}}, {**person, "facility": 7}):
        with pytest.raises(Malformed):
            person_from_json(bad)


def test_values_that_are_not_json_are_malformed() -> None:
    for bad in (object(), {1, 2}, 1 << 70, float("nan"), "\ud800"):
        with pytest.raises(Malformed):
            request_from_json({**full(), "purpose": bad})
    with pytest.raises(Malformed):
        request_from_json([])


def test_a_colon_after_a_quote_in_a_text_is_only_text() -> None:
    request = full()
    request["subject"]["organisation"] = ': ":'.replace('"', "")
    request["subject"]["roles"] = [":", " :x"]
    assert request_from_bytes(text(request), words=words()).subject.organisation == ": :"


def test_a_request_about_an_earlier_agreement_in_the_later_ones_words_is_decided() -> None:
    for name in ("jpn-aus-2007", "jpn-aus-2012-isa", "nowhere"):
        request = full()
        request["agreement"] = name
        assert not decided(request).permit
