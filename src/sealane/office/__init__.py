"""The office of a node: every act of a person as one operation, from which the API is served, its
specification written, and the command line asks, here or from another machine.

Spec: docs/adr/0038-one-operation-an-act.md; spec/openapi.yaml.
"""
