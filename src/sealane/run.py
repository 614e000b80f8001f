"""Process roles: what `sealane node run` starts."""
