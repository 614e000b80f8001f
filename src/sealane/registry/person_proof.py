"""How it was proven that a person is the one who acts. Spec: docs/who-may.md; R57."""

from __future__ import annotations

from enum import StrEnum


class PersonProof(StrEnum):
    """How it was proven that a person is the one who acts."""

    UNPROVEN = "unproven"
    """A name that somebody wrote, at a node whose profile is `embedded`."""
    KEYSTORE = "keystore"
    """The passphrase of the node's keystore: whoever operates the node, without a name."""
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    """The person's own passphrase."""
    INVITATION = "invitation"
    """An invitation that was issued to the person, redeemed once."""
    SESSION = "session"
    """A session of the console, which began with the person's own passphrase."""
    SESSION_PASSKEY = "session.passkey"
    """A session that began with a passkey of the person's own."""
    SESSION_OIDC = "session.oidc"
    """A session that the nation's OpenID Connect provider answers for."""
    SESSION_CERTIFICATE = "session.certificate"
    """A session that began with the person's client certificate."""
    SESSION_RECOVERY = "session.recovery"
    """A session that began with one of the person's recovery codes."""
    SESSION_INVITATION = "session.invitation"
    """A session that began with an invitation, for the person to set a credential."""
    TOKEN = "token"  # noqa: S105 - a word, no secret
    """A bearer token of the person's own."""
