"""What pages ask: the same functions as the command line, shared between sessions by content, never a user's state.

Nothing here imports Streamlit. A page takes values from its session, asks a function below, and shows what it gets.
Forecasts, comparisons and bands are shared by everybody and read only; drafts, edits and uploads live in the session.

Sets (`services.sets`)
    ``set_names()``, ``load_set(name, to=None) -> LoadedSet`` (``.assumptions``, ``.calibrated``, ``.digest``,
    ``.is_named``, ``.is_synthetic``); ``places(loaded) -> (Place, ...)`` regions then pools with their ledgers;
    ``ledgers(loaded)``; ``ledger_name(code)``; ``parameters_with_evidence(loaded, "synthetic" | "borrowed" | ...)``;
    ``edited_set(loaded, [Edit(parameter, value, where, first_year, last_year)]) -> LoadedSet`` with checks;
    ``uploaded_set(assumptions, file)``.
Library (`services.scenarios`)
    ``presets()``, ``scenario_of(name)``, ``lever_groups()``, ``lever(word)``, ``badges(lever)`` with ``BADGES``,
    ``touched(lever, loaded)``, ``notches(argument)``, ``start_years(loaded)``, ``usual_start(loaded)``,
    ``unit_words(unit)``, ``search(text) -> Hits(levers, presets, parameters)``.
Drafts (`services.drafts`)
    ``Draft`` frozen: ``with_lever``, ``with_argument``, ``with_start``, ``with_phase_in``, ``with_regions``,
    ``with_behaviour``, ``with_parameter``, ``without``, ``without_lever``, ``moved``, ``Draft.of(scenario)``;
    ``.scenario`` to project; ``link()`` and ``Draft.of_link(d)``; ``file_text(name)`` and ``Draft.of_file(text)``;
    ``History(draft).do/undo/redo``; ``remarks(loaded, scenario)``: idle changes, overlaps, levers that do less.
Projections (`services.projections`)
    ``projected(loaded, scenario) -> Projected`` (``.outcome``, ``.forecast``, ``.reformed``);
    ``compared([baseline, ...], measures, prices) -> Comparison``; ``measure(item, name)``;
    ``series(item, name, region, ledger)``; ``explained(first, against) -> Explanation`` (slow: in a job);
    ``waterfall(explanation, "lever" | "driver", measure, region, ledger, year)``;
    ``findings(loaded, scenario, rules) -> Compliance``.
Headline cards (`services.headline`)
    ``headline([baseline, ...], region, ledger, year, months, found) -> {"exhaustion" | "months" | "required" | "sum":
    (CardValue, ...)}``: levels, differences, which way is better, whether the paired band makes it sure.
Bands (`services.bands`, made by `services.band_simulation`)
    ``Request(loaded, scenario, against, paths, seed)``; ``request_bands(jobs, session, request) -> Found | job id``;
    ``held_bands(request)``; ``Found(bands, against, paired)``; ``bands.quantile(measure, level, region, ledger)``,
    ``bands.probability("exhausted_by", region, ledger, year)``, ``paired.is_sure(measure, region, ledger, year)``.
Jobs (`services.jobs`)
    ``shared_jobs()``; ``submit(session, kind, work, weight) -> id``, ``status(id, session) -> Status`` (``state``,
    ``done``, ``total``, ``ahead``, ``left``, ``result``, ``error``, ``code``), ``cancel``, ``end_session``. A job is
    any ``work(progress, stop)``; a new one of the same session and kind takes the place of the old.
Reproduce (`services.reproduce`)
    ``recipe(View(...)) -> Recipe(command, python, files)``: what prints the numbers of a view.
Sentences (`services.takeaways`)
    ``overview``, ``forecast``, ``compare``, ``build``, ``uncertainty``, ``solve``, ``assumptions``, ``budget``: the
    sentence that answers the question of a page, from the numbers, in a language.
"""
