"""How answers are described: the pieces of JSON Schema that descriptions are made of.

Spec: spec/openapi.yaml (JSON Schema 2020-12, as OpenAPI 3.1 takes it).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
NUMBER_OR_NULL: Schema = {"type": ["integer", "null"]}
TRUTH: Schema = {"type": "boolean"}
TRUTH_OR_NULL: Schema = {"type": ["boolean", "null"]}
OBJECT: Schema = {"type": "object"}
OBJECT_OR_NULL: Schema = {"type": ["object", "null"]}
COUNTS: Schema = {"type": "object", "additionalProperties": NUMBER}
TEXTS_BY_NAME: Schema = {"type": "object", "additionalProperties": TEXT}
INSTANT: Schema = {"type": "string", "format": "date-time"}
INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}


def record(**members: Schema) -> Schema:
    """An object that has these members."""
    return {"type": "object", "required": sorted(members), "properties": members}


def several(schema: Schema) -> Schema:
    """A list of such."""
    return {"type": "array", "items": schema}


def words(*known: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": [str(one) for one in known]}


def told(schema: Schema, text: str) -> Schema:
    """The same with what it means."""
    return {**schema, "description": text}


def of(name: str) -> Schema:
    """What is described under this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def with_also(schema: Schema, **members: Schema) -> Schema:
    """The same, and what only some answers have."""
    return {**schema, "properties": {**schema["properties"], **members}}


def in_query(name: str, schema: Schema, says: str) -> dict[str, Any]:
    """A parameter that stands in the address, and may be left out."""
    return {"name": name, "in": "query", "required": False, "description": says, "schema": schema}
