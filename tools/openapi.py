"""`spec/openapi.yaml`: the API, made of the operations that a node serves."""

from __future__ import annotations

import json
from typing import Any

import yaml  # type: ignore[import-untyped]

from sealane.office.description import document
from sealane.office.table import OPERATIONS

PAGE = "spec/openapi.yaml"
HEAD = "# Made by `make docs` from src/sealane/office; edit the operation that is described.\n"


class Plain(yaml.SafeDumper):  # type: ignore[misc]
    """What is the same twice is written twice, and lines of text stay lines."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: Plain, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Plain.add_representer(str, _text)


def page() -> str:
    """The whole file."""
    made = json.loads(json.dumps(document(OPERATIONS.values())))
    text: str = yaml.dump(made, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)
    return HEAD + text
