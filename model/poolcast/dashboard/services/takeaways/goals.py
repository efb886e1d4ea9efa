"""The sentence of Solve: what a goal seek found."""

from __future__ import annotations

from poolcast.dashboard.services.takeaways.amounts import moved_text, value_text
from poolcast.dashboard.services.takeaways.place import closed_up, inside, together
from poolcast.dashboard.words import t
from poolcast.outlook.searching import Solution
from poolcast.reporting.formats import probability_text


def solve(solution: Solution | None, condition: str, language: str, probability: float | None = None) -> str:
    """Say what a goal seek found.

    Parameters
    ----------
    solution : Solution or None
        None before anything was asked.
    condition : str
        The target in words of the page.
    language : {"zh", "en"}
    probability : float, optional
        How likely the target shall be met.
    """
    if solution is None:
        return t("take.solve_before", language)
    values: dict[str, object] = {
        "label": solution.unknown.label.in_language(language),
        "present": value_text(solution.unknown, solution.unknown.present, language),
        "value": value_text(solution.unknown, solution.value, language),
        "change": moved_text(solution.unknown, solution.change, language),
        "condition": condition,
    }
    values["inside"] = inside(str(values["label"]))
    if not solution.reached:
        low, high = (value_text(solution.unknown, end, language) for end in solution.unknown.bounds)
        sentence = t("take.solve_impossible", language, **values, low=low, high=high)
    elif solution.change == 0:
        sentence = t("take.solve_nothing", language, **values)
    elif getattr(solution.unknown, "kind", "set") == "shift":
        sentence = t("take.solve_shift", language, **values)
    else:
        sentence = t("take.solve_done", language, **values)
    sentence = closed_up(sentence)
    if probability is None:
        return sentence
    likely = t("take.solve_likely", language, probability=probability_text(probability))
    return together(sentence, likely, language)
