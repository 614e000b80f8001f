"""One frozen, validated Settings a node, from its one TOML file; unknown keys are refused."""
