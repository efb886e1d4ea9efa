"""What stands around the four charts of the page Uncertainty: sentence, runs and seed, and the details below."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard import session, uncertainty_panels, uncertainty_tables
from poolcast.dashboard.charts import uncertainty as charts
from poolcast.dashboard.charts.grids import heat_map
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files, work
from poolcast.dashboard.parts.chart_card import chart_card, show_table
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import goals, sensitivities, takeaways
from poolcast.dashboard.services.bands import MOST_PATHS, PATHS_CHOICES, Found
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.reproduce import report_command
from poolcast.dashboard.services.sensitivities import SOBOL_ROWS, Asked
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.reporting.formats import MONTHS, money_scale, probability_text
from poolcast.reporting.sensitivity_tables import RISK_WORDS

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.dashboard.uncertainty_panels import Futures

DETAILS = ("regions", "grid", "sobol", "settling", "tails", "files")


def sentence(
    item: Projected,
    asked: Asked,
    found: Found | None,
    moved: xr.Dataset | None,
    here: Context,
    is_stopped: bool = False,
) -> str:
    """Return how likely the reserve is used up, against the baseline, and what matters most, as far as it is known."""
    if found is None and is_stopped:  # nothing more will come: what one run says
        return takeaways.forecast(item, asked.region, asked.ledger, asked.year, here.language)
    first = takeaways.uncertainty(item, asked.region, asked.ledger, asked.year, here.language, found)
    parts = [first]
    if found is not None and found.against is not None and not math.isnan(_share(found.against, asked)[0]):
        share = probability_text(_share(found.against, asked)[0], found.against.paths)
        parts.append(here.t("uncertainty.baseline_share", share=share))
    strongest = uncertainty_panels.strongest(here, moved) if moved is not None else ""
    if strongest and found is not None:
        parts.append(here.t("uncertainty.strongest", name=strongest))
    return (" " if here.language == "en" else "").join(parts)


def _share(bands: object, asked: Asked) -> tuple[float, float]:
    found: tuple[float, float] = bands.probability("exhausted_by", asked.region, asked.ledger, asked.year)  # type: ignore[attr-defined]
    return found


def controls(here: Context, found: Found | None, year: int, forget: Callable[[], None]) -> None:
    """Draw the year in focus, the number of runs and the seed; they count once the button is pressed."""
    first, last = here.held.base_year + 1, here.last_year

    def focus(chosen: int) -> None:
        session.change(year=chosen)

    st.html(f'<div class="pc-note">{safe(here.t("uncertainty.year"))}</div>', width="content")
    st.selectbox(
        here.t("uncertainty.year"),
        list(range(first, last + 1)),
        label_visibility="collapsed",
        width=86,
        **session.bound("focus", year, focus),
    )
    st.space("stretch")
    wanted = st.session_state.setdefault("wanted_runs", {})
    paths = int(wanted.get("paths", here.view.paths))
    seed = int(wanted.get("seed", here.view.seed))
    options = sorted({*PATHS_CHOICES, min(here.view.paths, MOST_PATHS)})
    st.html(f'<div class="pc-note">{safe(here.t("s.runs"))}</div>', width="content")
    st.selectbox(
        here.t("s.runs"),
        options,
        format_func=lambda number: f"{number:,}",
        label_visibility="collapsed",
        width=96,
        **session.bound("paths", paths, lambda number: wanted.__setitem__("paths", number)),
    )
    st.html(f'<div class="pc-note">{safe(here.t("s.seed"))}</div>', width="content")
    st.number_input(
        here.t("s.seed"),
        0,
        2**31 - 1,
        step=1,
        label_visibility="collapsed",
        width=116,
        **session.bound("seed", seed, lambda number: wanted.__setitem__("seed", number)),
    )

    def again() -> None:
        session.change(paths=paths, seed=seed)
        wanted.clear()
        forget()

    same = (paths, seed) == (here.view.paths, here.view.seed)
    whole = found is not None and not found.bands.is_partial
    st.button(
        here.t("s.again"),
        key=session.key_of("again"),
        type="primary",
        icon=":material/refresh:",
        on_click=again,
        disabled=same and whole,
        help=here.t("uncertainty.again_help") if same and whole else None,
    )


def below(
    here: Context,
    asked: Asked,
    simulated: Callable[[], Found | None],
    unfinished: Callable[[], bool],
    futures: Callable[[Found], Futures],
) -> None:
    """Draw the details below the fold: one of them at a time, and only what is open."""
    names = {name: here.t(f"detail.{name}") for name in DETAILS}
    kept = st.session_state.get("uncertainty_detail", "regions")
    with st.container(border=True, key="card_details"):
        chosen = st.segmented_control(
            here.t("uncertainty.details"),
            list(DETAILS),
            format_func=names.__getitem__,
            required=True,
            label_visibility="collapsed",
            **session.bound("detail", kept, lambda name: st.session_state.__setitem__("uncertainty_detail", name)),
        )
        two = _two(here, asked) if chosen == "grid" else None
        if chosen == "sobol":
            _begin_sobol(here, asked)

        def waits() -> bool:
            if chosen in ("grid", "sobol"):
                return work.is_under_way(chosen)
            return unfinished() or (chosen == "files" and work.is_under_way("report"))

        @looking(waits)
        def draw() -> None:
            found = simulated()
            if chosen == "sobol":
                _sobol(here, asked)
            elif chosen == "grid":
                if two is not None:
                    _grid(here, asked, *two)
            elif found is None:
                _note(f"◔ {here.t('uncertainty.waiting')}" if unfinished() else here.t("uncertainty.stopped"))
            else:
                {"regions": _regions, "settling": _settling, "tails": _tails, "files": _files}[chosen](
                    here, asked, futures(found)
                )

        draw()


def _note(text: str) -> None:
    st.html(f'<div class="pc-note">{safe(text)}</div>')


def _regions(here: Context, asked: Asked, futures: Futures) -> None:
    table = uncertainty_tables.regions_table(futures)
    if table.empty:
        _note(here.t("uncertainty.no_reserve"))
        return
    show_table(table, "table_regions", here.t("detail.regions"))
    _note(here.t("uncertainty.regions_note"))


def _tails(here: Context, asked: Asked, futures: Futures) -> None:
    if not uncertainty_panels.has_reserve(futures.item, asked.region, asked.ledger):
        _note(here.t("uncertainty.no_reserve"))
        return
    show_table(uncertainty_tables.tails_table(futures), "table_tails", here.t("detail.tails"))
    _note(here.t("uncertainty.tails_note", last=here.last_year))


def _settling(here: Context, asked: Asked, futures: Futures) -> None:
    found = futures.bands.settling.sel(region=asked.region, ledger=asked.ledger)
    shares = found["probability"].values.tolist()
    if not all(map(math.isfinite, shares)) or not uncertainty_panels.has_reserve(
        futures.item, asked.region, asked.ledger
    ):
        _note(here.t("uncertainty.no_reserve"))
        return
    paths, errors = found.paths.values.tolist(), found["error"].values.tolist()

    def table() -> object:
        import pandas as pd

        rows = {here.t("s.runs"): paths}
        rows[f"{here.t('chance.exhausted_by')} (%)"] = [round(100 * share, 2) for share in shares]
        rows[here.t("uncertainty.error_points")] = [round(196 * error, 2) for error in errors]
        return pd.DataFrame(rows)

    title = here.t("uncertainty.settling_title", last=here.last_year)
    chart_card(
        title, "settling", charts.settling(here, paths, shares, errors), table, title, height=230,  # type: ignore[arg-type]
        note=here.t("uncertainty.settling_note"), how=here.t("uncertainty.how_settling"),
    )  # fmt: skip


def _begin_sobol(here: Context, asked: Asked) -> None:
    """Let a job share out the variance where that is not known."""
    seed = here.view.seed
    if sensitivities.held("sobol", asked, SOBOL_ROWS, seed) is None:
        work.begin(
            "sobol",
            ("sobol", asked.key, seed),
            lambda: sensitivities.sobol(asked, SOBOL_ROWS, seed),
            SOBOL_ROWS * 10,
        )


def _sobol(here: Context, asked: Asked) -> None:
    found = sensitivities.held("sobol", asked, SOBOL_ROWS, here.view.seed)
    if found is None:
        _progress(here, "sobol", ("sobol", asked.key, here.view.seed))
        return
    labels = [here.say(RISK_WORDS[str(risk)]) for risk in found.risk.values]
    names = (("first", here.t("uncertainty.first_order"), "#134B7F"), ("total", here.t("uncertainty.total"), "#8DB6DD"))
    series = [
        (name, colour, found[key].values.tolist(), found[f"{key}_error"].values.tolist()) for key, name, colour in names
    ]

    def table() -> object:
        import pandas as pd

        rows: dict[str, object] = {here.t("uncertainty.moved"): labels}
        for name, _, values, errors in series:
            rows[f"{name} (%)"] = [round(100 * value, 1) for value in values]
            rows[f"{name} ± ({here.t('uncertainty.points')})"] = [round(100 * value, 1) for value in errors]
        return pd.DataFrame(rows)

    title = here.t("uncertainty.sobol_title", year=asked.year, measure=here.inside(MEASURES[asked.measure].label))
    chart_card(
        title, "sobol", charts.parts_of_variance(here, labels, series), table, title, height=330,  # type: ignore[arg-type]
        note=here.t("uncertainty.sobol_note", rows=SOBOL_ROWS), how=here.t("uncertainty.how_sobol"),
    )  # fmt: skip


def _progress(here: Context, kind: str, key: object) -> None:
    """Draw how far a calculation is, or that it was ended, with a button that begins it anew."""
    status = work.status(kind, key)
    if work.failure(here, status):
        return
    if status is not None and status.is_over:
        _note(here.t("uncertainty.ended"))
        if st.button(here.t("s.again"), key=session.key_of(f"again_{kind}")):
            work.forget(kind)
            st.rerun(scope="app")  # somebody has clicked: the page begins anew, and looks at the job
        return
    work.bar(here, status, lambda: work.cancel(kind), kind)


def _pick(here: Context, name: str, options: list[str], value: str, show: Callable[[str], str]) -> None:
    """Draw the choice of one of the two unknowns of the grid."""

    def keep(text: str) -> None:
        st.session_state["grid_axes"][name] = text

    tied = session.bound(f"grid_{name}", value, keep)
    st.selectbox(here.t(f"grid_axis.{name}"), options, format_func=show, width=300, **tied)


Two = tuple[dict[str, sensitivities.Axis], str, str]
"""What can be moved by its text, and the two that are."""


def _two(here: Context, asked: Asked) -> Two | None:
    """Draw the choice of the two unknowns of the grid, and let a job compute it; None where there are not two."""
    texts = [text for text in goals.unknowns_of(asked.loaded, asked.scenario, asked.ledger) if goals.is_single(text)]
    axes = {text: axis for text in texts if (axis := sensitivities.axis_of(asked, text)) is not None}
    if len(axes) < 2:
        _note(here.t("uncertainty.no_grid"))
        return None
    picked = st.session_state.setdefault("grid_axes", {})
    row = picked.get("row") if picked.get("row") in axes else next(iter(axes))
    others = [text for text in axes if text != row]
    column = picked.get("column") if picked.get("column") in others else others[0]

    def show(text: str) -> str:
        return here.say(axes[text].unknown.label)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        _pick(here, "row", list(axes), row, show)
        _pick(here, "column", others, column, show)
    if sensitivities.held("grid", asked, row, column, None) is None:
        key = ("grid", asked.key, row, column)
        work.begin("grid", key, lambda: sensitivities.two_way(asked, axes[row], axes[column]), 30)
    return axes, row, column


def _grid(here: Context, asked: Asked, axes: dict[str, sensitivities.Axis], row: str, column: str) -> None:
    """Draw the grid of the two unknowns, or how far it is."""
    found = sensitivities.held("grid", asked, row, column, None)
    if found is None:
        _progress(here, "grid", ("grid", asked.key, row, column))
        return
    values = found["value"].values.tolist()
    scale = MONTHS if asked.measure == "payable_months" else money_scale([value for line in values for value in line])
    shown = [
        [takeaways.value_text(axes[text].unknown, value, here.language) for value in axes[text].values]
        for text in (row, column)
    ]
    present = goals.position_of(axes[row].values, axes[row].unknown.present)

    def table() -> object:
        import pandas as pd

        head = here.say(axes[row].unknown.label)
        rows: dict[str, object] = {head: shown[0]}
        for number, name in enumerate(shown[1]):
            rows[f"{name} ({here.say(scale.unit)})"] = [
                round(line[number] / scale.divisor, scale.digits + 1) for line in values
            ]
        return pd.DataFrame(rows)

    title = here.t("uncertainty.grid_title", year=asked.year, measure=here.inside(MEASURES[asked.measure].label))
    scope = f"{here.say(axes[row].unknown.label)} × {here.say(axes[column].unknown.label)} · {here.say(scale.unit)}"
    chart_card(
        title, "grid", heat_map(here, shown[0], shown[1], values, scale, present=present), table, f"{title} {scope}",  # type: ignore[arg-type]
        scope=scope, height=260, note=here.t("uncertainty.grid_note"), how=here.t("uncertainty.how_grid"),
    )  # fmt: skip


def _files(here: Context, asked: Asked, futures: Futures) -> None:
    """Draw the downloads: quantiles as NetCDF, CSV and XLSX, and the sensitivity report."""
    table = uncertainty_tables.quantiles_table(futures)
    title = here.t("detail.files")
    made = (
        ("a.csv", "csv", "text/csv", files.as_csv(table, here)),
        ("a.xlsx", "xlsx", files.XLSX, files.as_xlsx({title: table}, here)),
        ("uncertainty.netcdf", "nc", "application/x-netcdf", uncertainty_tables.quantiles_file(futures)),
    )
    _note(here.t("uncertainty.files_note"))
    with st.container(horizontal=True):
        for word, ending, mime, content in made:
            st.download_button(
                here.t(word),
                content,
                files.file_name(here, "quantiles", ending),
                mime,
                key=session.key_of(f"quantiles_{ending}"),
                on_click="ignore",
                icon=":material/download:",
            )
    paths = min(here.view.paths, sensitivities.REPORT_PATHS)
    page = sensitivities.held_report(asked, paths, here.view.seed, here.language)
    if page is not None:
        st.download_button(
            here.t("uncertainty.report_save"),
            page,
            files.file_name(here, "sensitivity", "html"),
            "text/html",
            key=session.key_of("report_save"),
            on_click="ignore",
            icon=":material/download:",
            type="primary",
        )
        return
    key = ("report", asked.key, paths, here.view.seed, here.language)
    status = work.status("report", key)
    if status is not None and (not status.is_over or status.state == "failed"):
        _progress(here, "report", key)
        return
    number = str(asked.call)
    command = report_command(asked.loaded, asked.scenario, number, paths, here.view.seed, here.language)
    if st.button(
        here.t("uncertainty.report_make", n=f"{paths:,}"),
        key=session.key_of("report_make"),
        icon=":material/summarize:",
        help=here.t("uncertainty.report_help"),
    ):
        seed, language = here.view.seed, here.language
        work.begin("report", key, lambda: sensitivities.report(asked, paths, seed, language, command), paths)
        st.rerun(scope="app")
    st.code(command, language="bash", wrap_lines=True)
