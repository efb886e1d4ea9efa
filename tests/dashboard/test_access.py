"""Sign-in: off unless set up, shut where it is set up wrongly, and two roles."""

import pytest
from streamlit.runtime.secrets import secrets_singleton

from poolcast.dashboard import access, session
from poolcast.dashboard.access import Settings, person_of, settings_of
from poolcast.dashboard.services.drafts import Draft
from poolcast.parameters.errors import ResultError
from tests.dashboard.opening import html, open_page

AUTH = {
    "redirect_uri": "http://localhost:8501/oauth2callback",
    "cookie_secret": "0123456789" * 5,
    "client_id": "poolcast",
    "client_secret": "from the provider",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}
SECRETS = {"auth": AUTH, "roles": {"editors": ["Planner@example.org"]}}
PLANNER = {"is_logged_in": True, "email": "planner@example.org", "email_verified": True, "name": "Planner"}
READER = {"is_logged_in": True, "email": "reader@example.org", "name": "Reader"}
MAIL = Settings("email", frozenset({"planner@example.org"}))


@pytest.fixture
def signed(monkeypatch):
    """Set up sign-in, and let somebody be signed in by the claims of a provider."""

    def sign(claims, secrets=SECRETS):
        monkeypatch.setattr(access, "_settings", lambda: settings_of(secrets, has_authlib=True))
        monkeypatch.setattr(access, "_claims", lambda: claims)

    return sign


def test_without_a_word_about_sign_in_everybody_edits():
    assert settings_of({}, has_authlib=False) is None
    assert settings_of({"database": {"user": "x"}}, has_authlib=False) is None
    app = open_page("forecast", lang="en")
    assert "pc-line" in html(app)
    assert not [button for button in app.button if button.key in ("sign_in", "sign_out")]


def test_the_tables_of_the_page_on_deployment_are_understood():
    import tomllib
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "how-to" / "run-the-dashboard.md"
    example = page.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    settings = settings_of(tomllib.loads(example), has_authlib=True)
    assert settings == Settings("email", frozenset({"planner@example.org"}))


def test_who_is_not_signed_in_sees_the_door_and_nothing_else(signed):
    signed({"is_logged_in": False})
    app = open_page("forecast", set="hebei", region="130200", lang="en")
    assert [button.key for button in app.button] == ["sign_in"]
    assert "pc-line" not in html(app)
    assert not app.selectbox
    assert not app.get("plotly_chart")
    app.segmented_control(key="language@en").set_value("zh").run()
    assert app.button(key="sign_in").label == "登录"
    assert app.query_params["region"] == "130200", "the address is still there after the sign-in"


@pytest.mark.parametrize("claims", [{}, {"is_logged_in": "yes", "email": "planner@example.org"}, {"email": "x@y.org"}])
def test_claims_without_a_sign_in_are_nobody(claims):
    assert person_of(claims, MAIL) is None


def test_editors_edit_and_everybody_else_reads():
    assert person_of(PLANNER, MAIL).role == "editor"
    assert person_of(READER, MAIL).role == "viewer"
    assert person_of({**PLANNER, "email": "PLANNER@Example.org"}, MAIL).role == "editor"
    assert person_of({**PLANNER, "email_verified": False}, MAIL).role == "viewer"
    assert person_of({**PLANNER, "email": None}, MAIL).role == "viewer"
    assert person_of(PLANNER, Settings("email", frozenset())).role == "viewer"


def test_where_viewers_are_listed_nobody_else_reads():
    listed = settings_of({"auth": AUTH, "roles": {"editors": [], "viewers": ["Reader@example.org"]}}, has_authlib=True)
    assert person_of(READER, listed).role == "viewer"
    assert person_of({**READER, "email_verified": False}, listed) is None
    assert person_of({**READER, "email": None}, listed) is None
    assert person_of(PLANNER, listed) is None
    nobody = settings_of({"auth": AUTH, "roles": {"editors": ["planner@example.org"], "viewers": []}}, has_authlib=True)
    assert person_of(READER, nobody) is None, "an empty list is a list"
    assert person_of(PLANNER, nobody).role == "editor", "who edits need not be listed twice"


def test_who_is_signed_in_and_on_no_list_is_told_so_and_can_sign_out(signed):
    signed({**READER, "name": "**Guest**"}, {**SECRETS, "roles": {"editors": [], "viewers": []}})
    app = open_page("build", lang="en")
    assert [button.key for button in app.button] == ["sign_out"]
    assert r"\*\*Guest\*\*" in app.markdown[1].value
    assert not app.slider
    assert not access.may_edit()


def test_groups_may_tell_people_apart():
    groups = Settings("groups", frozenset({"fund-planners"}))
    assert person_of({"is_logged_in": True, "groups": ["all", "fund-planners"]}, groups).role == "editor"
    assert person_of({"is_logged_in": True, "groups": ["all"]}, groups).role == "viewer"
    assert person_of({"is_logged_in": True, "groups": "Fund-Planners"}, groups).role == "viewer"
    assert person_of({"is_logged_in": True, "groups": {"fund-planners": 1}}, groups).role == "viewer"


def test_a_viewer_sees_the_page_and_may_not_edit(signed):
    signed(READER)
    app = open_page("forecast", lang="en")
    assert "pc-line" in html(app)
    assert "reads" in app.button(key="sign_out").help
    assert not access.may_edit()
    assert access.editing("zh", help="what it does") == {"disabled": True, "help": access.t("access.why_not", "zh")}
    with pytest.raises(ResultError, match="editor"):
        access.check_may_edit()


def test_an_editor_may(signed):
    signed(PLANNER)
    app = open_page("forecast", lang="en")
    assert "edits" in app.button(key="sign_out").help
    assert access.may_edit()
    assert access.editing("en", help="what it does") == {"disabled": False, "help": "what it does"}
    assert access.editing("en", disabled=True) == {"disabled": True, "help": None}
    access.check_may_edit()


def test_a_set_cannot_be_kept_by_a_viewer(signed):
    """A control that is switched off can be sent over the websocket all the same."""
    signed(READER)
    with pytest.raises(ResultError, match="editor"):
        session.keep_set(object())


def test_the_name_of_a_person_is_no_markdown(signed):
    signed({**READER, "name": "![x](http://example.org/x.png) **bold** <b>"})
    told = open_page("forecast", lang="en").button(key="sign_out").help
    assert "![x](" not in told
    assert r"\!\[x\]\(" in told


@pytest.mark.parametrize(
    ("secrets", "has_authlib", "named"),
    [
        ({"roles": {"editors": []}}, True, "auth"),
        ({"auth": {**AUTH, "client_id": ""}}, True, "auth.client_id"),
        ({"auth": {**AUTH, "cookie_secret": "short"}}, True, "auth.cookie_secret"),
        ({"auth": AUTH}, False, "Authlib"),
        ({"auth": AUTH, "roles": {"editors": "planner@example.org"}}, True, "roles.editors"),
        ({"auth": AUTH, "roles": {"editors": [1]}}, True, "roles.editors"),
        ({"auth": AUTH, "roles": {"viewers": "auditor@example.org"}}, True, "roles.viewers"),
        ({"auth": AUTH, "roles": {"viewers": [""]}}, True, "roles.viewers"),
        ({"auth": AUTH, "roles": {"claim": ""}}, True, "roles.claim"),
        ({"auth": AUTH, "roles": {"editor": ["x"]}}, True, "roles.editor"),
        ({"auth": AUTH, "roles": "planner"}, True, "roles"),
        ({"auth": "yes"}, True, "auth"),
    ],
)
def test_settings_that_do_not_fit_are_refused(secrets, has_authlib, named):
    with pytest.raises(ResultError) as caught:
        settings_of(secrets, has_authlib)
    assert named in str(caught.value)


def test_all_problems_of_the_settings_come_at_once():
    with pytest.raises(ResultError) as caught:
        settings_of({"auth": {}, "roles": {"claim": "", "editors": 3, "x": 1}}, has_authlib=False)
    assert len(caught.value.problems) == 9


def test_a_settings_file_that_cannot_be_read_shuts_the_door(monkeypatch, tmp_path):
    """Streamlit takes such a file for none at all, which would open the server to everybody."""
    from streamlit import config

    file = tmp_path / "secrets.toml"
    file.write_text("[auth\nclient_id = 'x'", encoding="utf-8")
    monkeypatch.setattr(secrets_singleton, "_secrets", None)
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: [str(file)] if name == "secrets.files" else real(name))
    app = open_page("forecast", lang="en")
    assert "not set up correctly" in app.error[0].value
    assert "pc-line" not in html(app)
    assert str(tmp_path) not in app.error[0].value
    assert not access.may_edit()


def test_the_levers_are_there_and_switched_off_for_viewers(signed):
    signed(READER)
    app = open_page("build", lang="en", d=Draft().with_lever("F02").link())
    app.segmented_control(key="build_filter@en").set_value("on").run()
    assert app.toggle(key="on_F02@en").disabled
    assert "read" in app.toggle(key="on_F02@en").help
    assert app.slider(key="arg_F02_target@en").disabled
    assert app.selectbox(key="start_F02@en").disabled
    assert app.selectbox(key="phase_F02@en").disabled
    assert app.button(key="reset_F02@en").disabled


def test_parameters_of_a_draft_are_switched_off_for_viewers(signed):
    signed(READER)
    app = open_page("build", lang="en", d=Draft().with_parameter("ledger.interest_rate", 1.1, 2030, "scale").link())
    app.segmented_control(key="build_filter@en").set_value("on").run()
    assert app.number_input(key="amount_0@en").disabled
    assert app.selectbox(key="kind_0@en").disabled
    assert app.selectbox(key="year_0@en").disabled
    assert app.button(key="remove_0@en").disabled


def test_months_that_a_viewer_sends_past_the_page_are_refused(signed, monkeypatch):
    from types import SimpleNamespace

    from poolcast.dashboard import budget_parts

    signed(READER)
    monkeypatch.setattr(session, "key_of", str)
    sent = SimpleNamespace(name="months.csv", getvalue=lambda: b"month")
    monkeypatch.setattr(budget_parts.st, "file_uploader", lambda *_args, **_more: sent)
    here = SimpleNamespace(language="en", t=lambda key: key, loaded=SimpleNamespace(digest="x"))
    with pytest.raises(ResultError, match="editor"):
        budget_parts._uploader(here, "months", lambda *_: pytest.fail("it was taken"))
