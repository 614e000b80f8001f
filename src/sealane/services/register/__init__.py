"""The register: what a node holds, who may see it, and the people and agreements beside it."""
