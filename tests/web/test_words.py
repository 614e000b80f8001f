"""Every code that a page shows has words in both languages; generated from the codes themselves."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from sealane.registry.person_proof import PersonProof
from sealane.web.pages.item_story import SAID_WORDS
from sealane.web.words import catalogue


@pytest.mark.parametrize("proof", PersonProof)
def test_how_a_person_was_proven_is_said_in_words(proof: PersonProof) -> None:
    english, japanese = catalogue()[f"proven.{proof}"]
    assert english
    assert any(ord(letter) > 0x3000 for letter in japanese)


def test_every_group_that_the_timeline_looks_in_is_there() -> None:
    groups = {key.split(".")[0] for key in catalogue()}
    assert set(SAID_WORDS.values()) <= groups


def test_no_word_is_written_twice() -> None:
    texts = [one for one in files("sealane.web").iterdir() if one.name.endswith(".toml")]
    told = [tomllib.loads(one.read_text("utf-8")) for one in texts]
    written = Counter(f"{group}.{key}" for one in told for group in one for key in one[group])
    assert [key for key, count in written.items() if count > 1] == []
