"""The frame of every page: bar, address, language, links."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from poolcast.dashboard import server
from poolcast.dashboard.parts import problems
from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.sets import Edit, edited_set, load_set
from tests.dashboard.opening import PAGES, html, open_page

EVERY_PAGE = sorted(path.stem for path in PAGES.glob("*.py"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", EVERY_PAGE)
def test_every_page_opens_in_both_languages(page, language):
    app = open_page(page, lang=language)
    assert not app.warning, [item.value for item in app.warning]
    assert "pc-line" in html(app)


def test_a_link_opens_the_view_and_a_language_switch_keeps_it():
    app = open_page("forecast", set="hebei", region="130200", ledger="RPF", s="high_cost", lang="en")
    assert app.selectbox(key="region@en").value == "130200"
    assert "Tangshan" in html(app)
    app.segmented_control(key="language@en").set_value("zh").run()
    assert app.selectbox(key="region@zh").value == "130200"
    assert app.selectbox(key="ledger@zh").value == "RPF"
    assert "唐山" in html(app)
    assert app.query_params == {"set": "hebei", "region": "130200", "ledger": "RPF", "s": "high_cost"}


def test_a_page_switch_keeps_the_view():
    app = open_page("forecast", set="hebei", region="130200")
    app.selectbox(key="ledger@zh").set_value("RPF").run()
    app.switch_page(str(PAGES / "overview.py")).run()
    app.switch_page(str(PAGES / "forecast.py")).run()
    assert app.selectbox(key="region@zh").value == "130200"
    assert app.selectbox(key="ledger@zh").value == "RPF"


def test_bad_values_of_an_address_are_said_once_and_dropped():
    app = open_page("forecast", region="999999", year="soon", lang="en")
    (toast,) = app.toast
    assert "region" in toast.value
    assert "year" in toast.value
    assert app.query_params == {"lang": "en", "region": "000000"}
    app.run()
    assert not app.toast


def test_another_set_starts_at_its_first_region():
    app = open_page("forecast", set="hebei", region="130200")
    app.selectbox(key="set@zh").set_value("china").run()
    assert app.selectbox(key="region@zh").value == "000000"
    assert app.selectbox(key="region@zh").disabled


def test_synthetic_data_says_so_and_real_data_does_not():
    assert "合成数据" in html(open_page("forecast", set="hebei"))
    assert "合成数据" not in html(open_page("forecast", set="china"))


@pytest.mark.parametrize(("warm", "held", "sentence"), [
    (False, False, "First use: preparing the engine, about 15 seconds."),
    (True, False, "Projecting…"),
    (True, True, None),
])  # fmt: skip
def test_the_first_picture_is_announced_and_later_ones_replace_the_old(monkeypatch, warm, held, sentence):
    said, real = [], problems.waiting

    def heard(text, place):
        said.append(text)
        return real(text, place)

    monkeypatch.setattr(problems, "waiting", heard)
    monkeypatch.setattr(problems, "is_warm", lambda: warm)
    monkeypatch.setattr(problems, "is_projected", lambda *_: held)
    app = open_page("forecast", lang="en")
    assert said == ([] if sentence is None else [sentence])
    assert 'pc-note" role="status"' not in html(app)
    app.selectbox(key="ledger@en").set_value("RPF").run()
    assert len(said) == (sentence is not None)


def test_a_link_of_another_version_says_so_until_it_is_read_or_another_set_is_opened():
    from poolcast import __version__

    digest = load_set("china").digest[:8]
    app = open_page("forecast", v=f"0.0.1+{digest}", lang="en")
    assert "0.0.1" in app.info[0].value
    assert "digest" not in app.info[0].value
    app.button(key="sender_read@en").click().run()
    assert not app.info
    app = open_page("forecast", v=f"{__version__}+00000000", lang="en")
    assert "00000000" in app.info[0].value
    assert "made with" not in app.info[0].value
    app.selectbox(key="ledger@en").set_value("RPF").run()
    assert app.info
    app.selectbox(key="set@en").set_value("hebei").run()
    assert not app.info
    assert not open_page("forecast", v=f"{__version__}+{digest}").info


def test_share_gives_the_link_and_says_what_it_opens():
    draft = Draft().with_lever("B01")
    query = {"set": "hebei", "region": "131100", "s": "high_cost", "year": "2040", "lang": "en", "d": draft.link()}
    app = open_page("forecast", session={"ctx_share": True}, **query)
    (link,) = [code.value for code in app.code if "v=" in code.value]
    assert dict(parse_qsl(urlsplit(link).query)).items() >= query.items()
    said = " ".join(caption.value for caption in app.caption)
    assert "Forecast" in said
    assert "Hengshui · Employee pooled fund" in said
    assert "1,000 runs · seed 7" in said
    assert "holds 1 change," in said


def test_a_set_of_the_readers_own_has_no_link_and_a_workbook_before_the_command():
    mine = edited_set(load_set("china"), [Edit("revenue.employer_rate", 0.09, (), 2027, 2060)])
    app = open_page(
        "forecast", session={"ctx_share": True, "ctx_reproduce": True, "own_sets": {"china": mine}}, lang="en"
    )
    assert app.button(key="ctx_no_link").disabled
    codes = [code.value for code in app.code]
    assert not any("v=" in code for code in codes)
    assert "poolcast import poolcast_assumptions_china.xlsx --to my_china" in codes
    assert any("--set my_china" in code for code in codes)


def test_reproduce_gives_the_command_of_the_view():
    session = {"ctx_reproduce": True}
    app = open_page("forecast", session=session, set="hebei", region="131100", s="high_cost", to="2040")
    command = next(code.value for code in app.code if code.value.startswith("poolcast"))
    assert command == (
        "poolcast run baseline high_cost --set hebei --to 2040 --region 131100 --ledger EPF --language zh"
    )


def test_the_settings_beside_the_script_are_those_of_the_checkout():
    import tomllib

    beside = server.SCRIPT.parent / ".streamlit" / "config.toml"
    root = PAGES.parents[3] / ".streamlit" / "config.toml"
    settings = tomllib.loads(beside.read_text(encoding="utf-8"))
    assert settings == tomllib.loads(root.read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["maxUploadSize"] == 20
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"


def test_a_server_for_others_must_name_its_host():
    from poolcast.parameters.errors import ResultError

    assert "127.0.0.1" in server.command()
    with pytest.raises(ResultError, match="--host"):
        server.command(address="0.0.0.0")
    with pytest.raises(ResultError, match="--port"):
        server.command(port=0)
    with pytest.raises(ResultError, match="--address"):
        server.command(address="everywhere")
    words = server.command(address="192.0.2.7", hosts=["fund.example.org"])
    assert words[words.index("--server.allowedHosts") + 1] == "localhost"
    assert "fund.example.org" in words


@pytest.mark.parametrize("page", ["overview", "help"])
def test_a_broken_set_of_the_server_leaves_every_other_as_it_is(page, tmp_path, monkeypatch):
    (tmp_path / "assumptions" / "spoilt").mkdir(parents=True)
    (tmp_path / "assumptions" / "spoilt" / "set.yaml").write_text("name: [", encoding="utf-8")
    monkeypatch.setenv("POOLCAST_HOME", str(tmp_path))
    app = open_page(page, set="china", lang="en")
    assert "pc-line" in html(app)
    assert "⚠ spoilt" in app.selectbox(key="set@en").options
    app.selectbox(key="set@en").set_value("spoilt").run()
    assert not app.exception
    assert any("set.yaml" in text.value for text in app.text)
    assert app.session_state["view"].set == "china"
    assert "pc-line" in html(app)
    assert not any("set.yaml" in text.value for text in app.run().text)


@pytest.mark.parametrize(("page", "name", "value"), [
    ("assumptions", "assume_search", "费率"), ("help", "help_search", "median"),
])  # fmt: skip
def test_what_was_searched_for_stays_when_the_language_is_switched(page, name, value):
    app = open_page(page, lang="zh")
    app.text_input(key=f"{name}@zh").set_value(value).run()
    app.segmented_control(key="language@zh").set_value("en").run()
    assert not app.exception
    assert app.text_input(key=f"{name}@en").value == value


def test_the_year_of_the_pyramid_stays_when_the_language_is_switched():
    app = open_page("forecast", lang="zh")
    app.slider(key="pyramid@zh").set_value(2044).run()
    app.segmented_control(key="language@zh").set_value("en").run()
    assert app.slider(key="pyramid@en").value == 2044
