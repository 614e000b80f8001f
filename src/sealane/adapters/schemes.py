"""Schemes, countries and groups from a policy folder: `schemes/*.toml`, `schemes/*.xml`,
`countries.toml`, `groups*.toml`.
"""

from __future__ import annotations

from pathlib import Path

from sealane.base.errors import Malformed
from sealane.labels.model.errors import NO_SCHEMES, SCHEME_FOLDER, SCHEME_MALFORMED, SCHEME_TWICE
from sealane.labels.model.groups import CountryGroups
from sealane.labels.model.scheme import Scheme, Schemes
from sealane.labels.sources.grounds import missing
from sealane.labels.sources.group_file import groups_from_toml
from sealane.labels.sources.scheme_file import scheme_from_toml

MAX_SCHEMES = 200


def load_groups(root: Path) -> CountryGroups:
    """Every country and group under a policy folder. Raises: Misconfigured `scheme.folder`,
    `scheme.none`.
    """
    try:
        return _groups(root)
    except Malformed as error:
        raise _folder(error) from None


def _folder(error: Malformed) -> Exception:
    """What is wrong with one file, as what is wrong with the folder that a node is to use."""
    return SCHEME_FOLDER(position=error.position, why=error.message, why_ja=error.message_ja)


def _groups(root: Path) -> CountryGroups:
    try:
        files = {path.name: path.read_bytes() for path in sorted(root.glob("groups*.toml"))}
        return groups_from_toml((root / "countries.toml").read_bytes(), files)
    except OSError:
        raise NO_SCHEMES(root=str(root)) from None


def load_schemes(root: Path) -> Schemes:
    """Every scheme under a policy folder, each id once; one wrong file refuses the whole folder.

    Raises: Misconfigured `scheme.folder`, `scheme.duplicate`, `scheme.none`.

    Example:
        >>> from pathlib import Path
        >>> sealane.load_schemes(Path("policy"))["TLP"].id
        'TLP'
    """
    groups = load_groups(root)
    paths = (
        sorted(path for path in (root / "schemes").iterdir() if path.suffix in (".toml", ".xml"))
        if (root / "schemes").is_dir()
        else []
    )
    if not paths or len(paths) > MAX_SCHEMES:
        raise NO_SCHEMES(root=str(root / "schemes"))
    schemes: dict[str, Scheme] = {}
    files: dict[str, str] = {}
    for path in paths:
        try:
            scheme = _grounded(scheme_of(path.read_bytes(), path.name, groups), path.name)
        except Malformed as error:
            raise _folder(error) from None
        if scheme.id in schemes:
            raise SCHEME_TWICE(policy=scheme.id, first=files[scheme.id], second=path.name)
        schemes[scheme.id], files[scheme.id] = scheme, path.name
    return Schemes(schemes, groups)


def scheme_of(data: bytes, name: str, groups: CountryGroups) -> Scheme:
    """One scheme file, TOML or an Open XML SPIF, by its first character. Raises: Malformed
    `scheme.malformed`.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        from sealane.labels.sources.spif import scheme_from_spif

        return scheme_from_spif(data, groups=groups, file=name)
    return _grounded(scheme_from_toml(data, groups=groups, file=name), name)


def _grounded(scheme: Scheme, name: str) -> Scheme:
    """A scheme that is to be used for marks has what their code stands on. Raises: Malformed
    `scheme.malformed`.
    """
    if lacking := missing(scheme):
        raise SCHEME_MALFORMED(file=name, why=lacking)
    return scheme
