"""Every word of the console stands in one catalogue, in both languages."""

import re
from importlib.resources import files
from string import Formatter

import pytest

from sealane.agreements.vocabulary import KINDS as KINDS_OF_ITEM
from sealane.ledger.kinds import KINDS
from sealane.registry.person import DUTIES
from sealane.registry.records import ItemState
from sealane.registry.transfer import COPY, TRANSFER
from sealane.web.words import NO_WORD, catalogue, say

TEMPLATES = sorted(
    one
    for one in files("sealane.web").joinpath("templates").iterdir()
    if one.name.endswith(".html")
)
KITS = {f"client_kind.{kit}" for kit in ("go-sdk", "java-sdk", "otdf-python")}
SAME = {"shell.name", "shell.title", "exercise.mark_also", *KITS}
SOURCES = [
    one
    for folder in ("", "pages")
    for one in files("sealane.web").joinpath(folder).iterdir()
    if one.name.endswith(".py")
]


def fields(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_every_word_is_in_both_languages_and_takes_the_same_facts():
    for key, (en, ja) in catalogue().items():
        assert en.strip(), key
        assert ja.strip(), key
        assert fields(en) == fields(ja), key
        if key not in SAME and key != "shell.other_language":
            assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", ja), key
            assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", en), key


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_templates_hold_no_words_of_their_own(template):
    text = template.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    for attribute in re.findall(r'\b(?:title|alt|placeholder|aria-label)="([^"]*)"', text):
        assert not re.search(r"[^\W\d_]", attribute), attribute
    text = re.sub(r"<[^>]*>|&[a-z]+;", " ", text)
    assert not re.search(r"[^\W\d_]", text), text.split()


@pytest.mark.parametrize("source", [*TEMPLATES, *SOURCES], ids=lambda one: one.name)
def test_every_word_asked_for_is_there(source):
    asked = re.findall(r'\bt\("([a-z_]+\.[A-Za-z_ -]+)"[,)]', source.read_text("utf-8"))
    assert [key for key in asked if key not in catalogue()] == []


def test_states_forms_duties_and_statements_have_names():
    for table in (TRANSFER, COPY):
        for state in {table.start, *(row.to for row in table.rows)}:
            assert f"state.{state}" in catalogue()
    for state in ItemState:
        assert f"state.{state}" in catalogue()
    for form in KINDS_OF_ITEM:
        assert f"kind.{form}" in catalogue()
    for duty in DUTIES:
        assert f"duty.{duty}" in catalogue()
    for kind in KINDS:
        assert f"event.{kind}" in catalogue()


def test_a_missing_word_is_a_fault():
    with pytest.raises(NO_WORD.kind, match=r"web\.no_word"):
        say("en", "shell.nothing")
