"""Ways to estimate a seasonal pattern from closed years: ratios, STL, exponential smoothing, structural model, SARIMAX.

Each takes months (year, 12) and gives the factors of a coming year (12,), sum 12; what may be used is a matter of how
much history there is (`allowed_methods`). Factors hold the usual growth inside a year, so that an annual amount times
factor over twelve is the month to expect.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS
from poolcast.parameters.declaration import Words

Array = NDArray[np.float64]

METHODS: dict[str, Words] = {
    "ratio": Words("ratio of each month to its year", "月度占比法"),
    "stl": Words("seasonal-trend decomposition (STL)", "STL 季节趋势分解"),
    "ets": Words("exponential smoothing (ETS)", "指数平滑(ETS)"),
    "structural": Words("structural model (unobserved components)", "结构时间序列(不可观测成分)"),
    "sarimax": Words("seasonal ARIMA (SARIMAX)", "季节性 ARIMA(SARIMAX)"),
    "national": Words("national pattern", "全国季节模式"),
    "calendar": Words("calendar of collection and payment", "征缴与支付日历"),
    "even": Words("twelve equal months", "逐月均等"),
}
LEAST_YEARS = {"ratio": 1, "stl": 3, "structural": 3, "ets": 4, "sarimax": 5}
"""Closed years that a method needs; a method of statsmodels is never fitted to less than three."""

HELD_OUT_YEARS = 5
"""Closed years from which the methods compete on the last of them."""

Estimate = tuple[Array, float]
"""Factors (12,) and the growth per year that they hold."""


class NotConvergedError(Exception):
    """A method that found no maximum of its likelihood: another one takes its place."""


def allowed_methods(months: Array) -> tuple[str, ...]:
    """Return the methods that the history of a line allows.

    Parameters
    ----------
    months : array (year, 12), yuan
        NaN where not known. Only years with at least six months count.
    """
    years = usable_years(months)
    if not years.any():
        return ()
    rows = months[years]
    methods = ["ratio"]
    if (rows[np.isfinite(rows)] <= 0).any():
        return tuple(methods)  # logs of what is not above zero do not exist
    number = len(rows)
    whole = np.isfinite(rows).all() and (np.diff(np.flatnonzero(years)) == 1).all()
    if number >= LEAST_YEARS["stl"]:
        methods += ["stl"] if whole else []
        methods.append("structural")
        methods += [name for name in ("ets", "sarimax") if number >= LEAST_YEARS[name] and (whole or name == "sarimax")]
    return tuple(methods)


def usable_years(months: Array) -> NDArray[np.bool_]:
    """Return which years (year,) hold at least six months."""
    years: NDArray[np.bool_] = np.isfinite(months).sum(-1) >= MONTHS // 2
    return years


def estimate(months: Array, method: str) -> Estimate:
    """Estimate the factors of the year after the last one.

    Raises
    ------
    NotConvergedError
        If the likelihood of the method has no maximum that the optimiser could find.
    """
    estimators: dict[str, Callable[[Array], Estimate]] = {
        "ratio": _ratio,
        "stl": _stl,
        "ets": _ets,
        "structural": _structural,
        "sarimax": _sarimax,
    }
    return estimators[method](months[usable_years(months)])


def held_out_error(months: Array, method: str) -> float:
    """Return the mean absolute error of factors, in log points, on the last year, estimated from those before it."""
    last = months[-1]
    factors, _ = estimate(months[:-1], method)
    seen = np.isfinite(last)
    real = np.log(last[seen] / last[seen].mean())
    guessed = np.log(factors[seen] / factors[seen].mean())
    return float(np.abs(real - guessed).mean())


def factors_of(shares: Array) -> Array:
    """Return shares (12,) scaled to add to 12."""
    result: Array = shares * (MONTHS / shares.sum())
    return result


def _ratio(months: Array) -> Estimate:
    """Least squares of log month = year + month; plain means of shares where a month is not above zero."""
    sums = months.sum(-1)
    growth = _growth(sums)
    if (months[np.isfinite(months)] <= 0).any():
        whole = np.isfinite(sums) & (sums != 0)
        if not whole.any():
            return np.ones(MONTHS), growth
        return factors_of((months[whole] / sums[whole, None]).mean(0)), growth
    seen = np.isfinite(months)
    logs = np.log(np.where(seen, months, 1.0))
    level = np.zeros(len(months))
    season = np.zeros(MONTHS)
    count = np.maximum(seen.sum(0), 1)
    for _ in range(200):  # converges at once without gaps, and fast with few
        season = (np.where(seen, logs - level[:, None], 0.0)).sum(0) / count
        season -= season.mean()
        level = (np.where(seen, logs - season, 0.0)).sum(-1) / seen.sum(-1)
    return factors_of(np.exp(season)), growth


def _growth(sums: Array) -> float:
    known = sums[np.isfinite(sums) & (sums > 0)]
    return float(np.exp(np.diff(np.log(known)).mean()) - 1) if len(known) > 1 else 0.0


def _stl(months: Array) -> Estimate:
    from statsmodels.tsa.seasonal import STL

    logs = _inside_years(months)
    fit = STL(logs, period=MONTHS, seasonal=_odd(len(logs)), trend=23).fit()
    season = np.asarray(fit.seasonal).reshape(-1, MONTHS).mean(0)
    month = np.arange(MONTHS) - (MONTHS - 1) / 2
    slope = float(((logs.reshape(-1, MONTHS) - season) @ month).mean() / (month @ month))
    return factors_of(np.exp(season + slope * month)), _growth(months.sum(-1))


def _odd(number: int) -> int:
    return number if number % 2 else number + 1


def _ets(months: Array) -> Estimate:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(
        _inside_years(months), error="add", trend="add", damped_trend=True, seasonal="add", seasonal_periods=MONTHS
    )
    fit = _fitted(lambda: model.fit(disp=False))
    return _of_forecast(np.asarray(fit.forecast(MONTHS)), months)


def _structural(months: Array) -> Estimate:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    model = UnobservedComponents(_inside_years(months), "lldtrend", seasonal=MONTHS, stochastic_seasonal=False)
    fit = _fitted(lambda: model.fit(disp=False, maxiter=200))
    return _of_forecast(np.asarray(fit.forecast(MONTHS)), months)


def _sarimax(months: Array) -> Estimate:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    model = SARIMAX(_inside_years(months), order=(1, 0, 0), seasonal_order=(0, 1, 1, MONTHS))
    fit = _fitted(lambda: model.fit(disp=False, maxiter=200))
    return _of_forecast(np.asarray(fit.forecast(MONTHS)), months)


def _inside_years(months: Array) -> Array:
    """Return log months in a row, each year without its own level; a gap stays in its place as NaN.

    Months are compared inside a year only: budgets, bases and members change in January by steps that a trend would
    smear over the months around.
    """
    logs = np.log(months)
    result: Array = (logs - np.nanmean(logs, axis=-1, keepdims=True)).ravel()
    return result


def _fitted(fit: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters of them is read from the result
        try:
            result = fit()
        except (np.linalg.LinAlgError, ValueError) as error:
            raise NotConvergedError(str(error)) from error
    outcome = getattr(result, "mle_retvals", None)
    if outcome is None or not _converged(outcome):
        raise NotConvergedError("no maximum of the likelihood found")
    return result


def _converged(outcome: Any) -> bool:
    if isinstance(outcome, dict):
        return bool(outcome.get("converged", False))
    return bool(getattr(outcome, "success", False))


def _of_forecast(logs: Array, months: Array) -> Estimate:
    return factors_of(np.exp(logs)), _growth(months.sum(-1))
