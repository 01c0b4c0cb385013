"""Who may come in: the login of the page, the tokens of the API, and when there must be some.

Knows the settings; knows nothing of requests. Every comparison takes the same time whatever is compared.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable

from rag.errors import SettingInvalid
from rag.settings import Settings

MIN_TOKEN_CHARS = 16  # 96 bits where it is random as base64: beyond guessing at any rate that a server bears
MIN_PASSWORD_CHARS = 8  # NIST SP 800-63B, 5.1.1.1
MAKE_ONE = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"


def is_loopback(host: str) -> bool:
    """Tell whether an address or name can only be reached from this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_exposed(host: str, settings: Settings) -> bool:
    """Tell whether others can reach the server: by its address, or through a proxy that gives it another name."""
    return not is_loopback(host) or not all(is_loopback(name) for name in settings.allowed_hosts)


def check_credentials(settings: Settings, host: str, page: bool = True) -> None:
    """Check that nobody comes in unasked: where others can reach it, and where half of the credentials are set.

    Args:
        settings: Have the credentials.
        host: Address to listen on.
        page: Whether the page is served too.

    Raises:
        SettingInvalid: Credentials are missing or too short; the message never has their values.
    """
    _check_strength(settings)
    have_login, have_tokens = settings.user is not None, bool(settings.tokens)
    exposed = is_exposed(host, settings)
    if not exposed and not have_login and not have_tokens:
        return
    missing = ["RAG_USER and RAG_PASSWORD (the login of the page)"] if page and not have_login else []
    missing += ["RAG_TOKENS (bearer tokens of the API)"] if not have_tokens else []
    if not missing:
        return
    wanted = " and ".join(missing)
    if exposed:
        names = host if not is_loopback(host) else ", ".join(settings.allowed_hosts)
        raise SettingInvalid(
            f"Others could use this server ({names}), so it needs credentials. Set {wanted}, or leave --host and "
            f"RAG_ALLOWED_HOSTS away to serve this machine alone. {MAKE_ONE}"
        )
    raise SettingInvalid(f"Half of the door would stand open: set {wanted} too, or neither. {MAKE_ONE}")


def _check_strength(settings: Settings) -> None:
    if (settings.user is None) != (settings.password is None):
        missing = "RAG_PASSWORD" if settings.password is None else "RAG_USER"
        raise SettingInvalid(f"{missing} is not set, so nobody could log in. Set both RAG_USER and RAG_PASSWORD.")
    if settings.password is not None and len(settings.password.get_secret_value()) < MIN_PASSWORD_CHARS:
        raise SettingInvalid(f"RAG_PASSWORD has fewer than {MIN_PASSWORD_CHARS} characters. {MAKE_ONE}")
    for token in settings.tokens:
        if len(token.get_secret_value()) < MIN_TOKEN_CHARS:
            raise SettingInvalid(f"RAG_TOKENS has a token of fewer than {MIN_TOKEN_CHARS} characters. {MAKE_ONE}")


def page_login(settings: Settings) -> Callable[[str, str], bool] | None:
    """Return what tells whether a name and password may see the page; None where everybody may."""
    if settings.user is None or settings.password is None:
        return None
    wanted = _digest(settings.user), _digest(settings.password.get_secret_value())

    def fits(user: str, password: str) -> bool:
        given = _digest(user), _digest(password)
        return hmac.compare_digest(given[0], wanted[0]) & hmac.compare_digest(given[1], wanted[1])

    return fits


class Tokens:
    """The bearer tokens that open the API. What is kept is their digests."""

    def __init__(self, settings: Settings) -> None:
        self._digests = [_digest(token.get_secret_value()) for token in settings.tokens]

    def __bool__(self) -> bool:
        return bool(self._digests)

    def number_of(self, authorization: str | None) -> int | None:
        """Return the place of the token in an Authorization header, from 1; None where it is none of them."""
        scheme, _, given = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest, found = _digest(given.strip()), None
        for place, known in enumerate(self._digests, start=1):  # all of them: how long it takes tells nothing
            if hmac.compare_digest(digest, known):
                found = place
        return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
