"""The table of the nations' code: every line leads somewhere, and one nation's marks load no code
of another.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.scheme import SchemeRules
from sealane.labels.nations import RULE_PLACES, SYNTAX_PLACES, SYNTAXES, rules_named
from sealane.labels.sources.scheme_file import scheme_from_toml
from tests.unit.labels.shipped import shipped

FOLDERS = ("au", "gb", "jp", "nato", "stix", "tlp", "us")


@pytest.mark.parametrize("name", SYNTAX_PLACES)
def test_every_syntax_of_the_table_is_there_under_its_own_name(name: str) -> None:
    assert SYNTAXES[name].name == name
    assert SYNTAXES[name] is SYNTAXES[name]


@pytest.mark.parametrize("name", RULE_PLACES)
def test_every_kind_of_rules_is_there_and_is_the_one_that_schemes_are_given(name: str) -> None:
    module, _, attribute = RULE_PLACES[name].partition(":")
    __import__(module)
    assert isinstance(getattr(sys.modules[module], attribute), SchemeRules)
    assert isinstance(rules_named(name), SchemeRules)


def test_schemes_name_only_syntaxes_that_are_in_the_table() -> None:
    named = {syntax for scheme in shipped().values() for syntax in scheme.syntaxes}
    assert named <= set(SYNTAX_PLACES)


def test_a_scheme_file_that_names_unknown_rules_is_refused() -> None:
    text = """
        format = "sealane-scheme/1"
        id = "KOR"
        version = "1"
        name = { en = "Korea", ja = "韓国" }
        status = "ours"
        rollup = "atlantis"
        source = []
        level = []
    """
    with pytest.raises(SealaneError) as refused:
        scheme_from_toml(text.encode(), groups=shipped().groups)
    assert refused.value.code == "scheme.malformed"
    assert "atlantis" in refused.value.message


@pytest.mark.parametrize(
    ("syntax", "text", "folders"),
    [
        ("au-document", "SECRET//REL AUS/JPN", {"au"}),
        ("jp", "極秘", {"jp"}),
        ("us-banner", "SECRET//NOFORN", {"us"}),
    ],
)
def test_one_nations_mark_loads_no_other_nations_code(
    syntax: str, text: str, folders: set[str]
) -> None:
    code = (
        "import sys\n"
        "from sealane import shipped\n"
        "from sealane.labels.nations import SYNTAXES\n"
        f"SYNTAXES[{syntax!r}].parse({text!r}, shipped.schemes())\n"
        "print(*[name for name in sys.modules if name.startswith('sealane.labels.')])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    wings = {name.split(".")[2] for name in answer.stdout.split()}
    assert wings & set(FOLDERS) == folders
