"""Who may do what: optional sign-in by OpenID Connect with the roles viewer and editor; off by default.

Streamlit signs people in; it knows no roles. Which of them edit stands in the table ``[roles]`` of the same
``secrets.toml`` that holds its ``[auth]``. Whatever cannot be read or does not fit shuts the door: a spelling mistake
in a settings file must not open a server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from streamlit import config

from poolcast.dashboard import session
from poolcast.dashboard.parts.tone import literal
from poolcast.dashboard.words import t
from poolcast.parameters.errors import PoolcastError, Problem, ResultError

Role = Literal["viewer", "editor"]

CLAIM = "email"
"""What tells people apart where ``[roles]`` does not say."""
FILE = "secrets.toml"
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SHORTEST_SECRET = 32
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Who edits, and who reads.

    Parameters
    ----------
    claim : str
        Claim of the provider that is compared.
    editors : frozenset of str
        Its values that may edit.
    viewers : frozenset of str or None
        Its values that may read; everyone who can sign in where None.
    """

    claim: str
    editors: frozenset[str]
    viewers: frozenset[str] | None = None


@dataclass(frozen=True)
class Person:
    """Who is signed in.

    Parameters
    ----------
    name : str
        As the provider gives it, for the bar; text from outside.
    role : {"viewer", "editor"}
    """

    name: str
    role: Role


def may_edit() -> bool:
    """Whether this reader may change assumptions, build scenarios and upload; everybody where sign-in is off."""
    try:
        settings = _settings()
    except PoolcastError:
        return False
    if settings is None:
        return True
    person = person_of(_claims(), settings)
    return person is not None and person.role == "editor"


def editing(language: str, help: str | None = None, disabled: bool = False) -> dict[str, Any]:
    """Return ``disabled`` and ``help`` of a control that edits: off for viewers, with the reason in its tooltip.

    Parameters
    ----------
    language : str
        Language of the page.
    help, disabled : str, bool
        What the control has where the reader may edit.
    """
    if may_edit():
        return {"disabled": disabled, "help": help}
    return {"disabled": True, "help": t("access.why_not", language)}


def check_may_edit() -> None:
    """Refuse an edit of a viewer; a control that is switched off in a browser can be sent all the same.

    Raises
    ------
    ResultError
        Where the reader may not edit.
    """
    if not may_edit():
        found, allowed, remedy = "a viewer", "an editor", "Ask your administrator to add you to the editors."
        chinese = ("查看者", "编辑者", "请管理员把您加入编辑者名单。")
        raise ResultError(Problem("sign-in", found, allowed, remedy, zh=chinese))


def admitted() -> bool:
    """Whether the page may be shown; draws the sign-in page, or what is wrong with the settings, where it may not."""
    language = session.current().lang
    try:
        settings = _settings()
    except PoolcastError as error:
        _LOG.error("sign-in: %s", error)
        st.error(t("access.broken", language), icon=":material/lock:")
        return False
    claims = _claims()
    if settings is None or person_of(claims, settings) is not None:
        return True
    _door(language, _name(claims) if claims.get("is_logged_in") is True else "")
    return False


def _door(language: str, stranger: str) -> None:
    """Draw the page for those who are not in: the way to sign in, or back out for who is signed in and on no list."""
    with st.container(horizontal_alignment="center", gap="medium", key="pc_door"):
        st.markdown(f"### {t('bar.title', language)}", width="content")
        if stranger:
            told = t("access.stranger", language, name=literal(stranger))
            st.markdown(f":material/lock: {told}", width="content")
            st.button(t("access.sign_out", language), key="sign_out", type="primary", on_click=st.logout)
        else:
            st.markdown(f":material/lock: {t('access.door', language)}", width="content")
            st.button(t("access.sign_in", language), key="sign_in", type="primary", on_click=st.login)
        session.segments("lang", ["zh", "en"], t("bar.language", language), _SHORT.__getitem__, name="language")


_SHORT = {"zh": "中", "en": "EN"}


def person() -> Person | None:
    """Return who is signed in; None where sign-in is off, is broken, or nobody is."""
    try:
        settings = _settings()
    except PoolcastError:
        return None
    return None if settings is None else person_of(_claims(), settings)


def person_of(claims: Mapping[str, Any], settings: Settings) -> Person | None:
    """Return who the claims of a provider belong to; None where nobody is signed in, or somebody who is on no list.

    A list of claims (groups) is enough with one editor in it. Addresses of mail are compared without regard to case,
    and one that the provider has not verified makes nobody an editor, nor one of the viewers that are listed.
    """
    if claims.get("is_logged_in") is not True:
        return None
    given = claims.get(settings.claim)
    values = [_comparable(value, settings.claim) for value in (given if isinstance(given, list | tuple) else [given])]
    trusted = settings.claim != CLAIM or claims.get("email_verified", True) is True
    if trusted and any(value in settings.editors for value in values if value):
        return Person(_name(claims), "editor")
    if settings.viewers is None or (trusted and any(value in settings.viewers for value in values if value)):
        return Person(_name(claims), "viewer")
    return None


def _name(claims: Mapping[str, Any]) -> str:
    return next((str(claims[key]) for key in ("name", "email", "sub") if claims.get(key)), "?")[:80]


def settings_of(secrets: Mapping[str, Any], has_authlib: bool) -> Settings | None:
    """Read the tables ``[auth]`` and ``[roles]``; None where there are none, which means that sign-in is off.

    Raises
    ------
    ResultError
        With everything that is wrong with them.
    """
    auth, roles = secrets.get("auth"), secrets.get("roles")
    if auth is None and roles is None:
        return None
    held: Mapping[str, Any] = roles if isinstance(roles, Mapping) else {}
    claim, editors, viewers = held.get("claim", CLAIM), held.get("editors", []), held.get("viewers")
    problems = [*_faults_of_auth(auth, has_authlib), *_faults_of_roles(roles, claim, editors, viewers)]
    if problems:
        raise ResultError(problems)
    listed = None if viewers is None else frozenset(_comparable(one, claim) for one in viewers)
    return Settings(claim, frozenset(_comparable(one, claim) for one in editors), listed)


def _faults_of_auth(auth: Any, has_authlib: bool) -> Iterator[Problem]:
    if not isinstance(auth, Mapping):
        remedy = "Write [auth], or take [roles] away."
        yield Problem(FILE, "[roles] without [auth]", "both tables, or none", remedy, column="auth")
        return
    for key in _NEEDED:
        if not isinstance(auth.get(key), str) or not auth[key]:
            yield Problem(FILE, "nothing", "a text", f"Write {key} under [auth].", column=f"auth.{key}")
    secret = auth.get("cookie_secret")
    if isinstance(secret, str) and 0 < len(secret) < _SHORTEST_SECRET:
        remedy = 'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        allowed = f"at least {_SHORTEST_SECRET} signs"
        yield Problem(FILE, f"{len(secret)} signs", allowed, remedy, column="auth.cookie_secret")
    if not has_authlib:
        remedy = "Install poolcast with its extra `auth`."
        yield Problem(FILE, "[auth] without Authlib and httpx", "both installed", remedy, column="auth")


def _faults_of_roles(roles: Any, claim: Any, editors: Any, viewers: Any) -> Iterator[Problem]:
    if roles is not None and not isinstance(roles, Mapping):
        yield Problem(FILE, "no table", "a table", 'Write [roles], below it editors = ["..."].', column="roles")
        return
    if not isinstance(claim, str) or not claim:
        yield Problem(FILE, repr(claim), "the name of a claim", 'Write claim = "email".', column="roles.claim")
    for key, given in (("editors", editors), ("viewers", [] if viewers is None else viewers)):
        if not isinstance(given, list | tuple) or not all(isinstance(one, str) and one for one in given):
            remedy = f'Write {key} = ["planner@example.org"].'
            yield Problem(FILE, "no list of texts", "a list of texts", remedy, column=f"roles.{key}")
    for key in sorted(set(roles or ()) - {"claim", "editors", "viewers"}):
        remedy = "Take it away: there are two lists, editors and viewers."
        yield Problem(FILE, key, "claim, editors, viewers", remedy, column=f"roles.{key}")


def _comparable(value: Any, claim: str) -> str:
    if not isinstance(value, str):
        return ""
    return value.strip().casefold() if claim == CLAIM else value


def _settings() -> Settings | None:
    """Return the settings of this server; Streamlit takes a file that it cannot read for one that is not there."""
    if st.secrets.load_if_toml_exists():
        return settings_of(st.secrets, _has_authlib())
    there = [Path(path).name for path in config.get_option("secrets.files") if Path(path).exists()]
    if there:
        found, allowed = "a file that cannot be read", "TOML with the tables [auth] and [roles]"
        raise ResultError(Problem(FILE, found, allowed, "Mend it, or take it away to work without sign-in."))
    return None


@cache
def _has_authlib() -> bool:
    return all(find_spec(name) is not None for name in ("authlib", "httpx"))


def _claims() -> Mapping[str, Any]:
    """Return what the provider says of who is signed in."""
    return dict(st.user.to_dict())
