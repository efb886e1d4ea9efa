"""The claims compiled: lays the law and the age sums out for `claims_kernel`."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, RESIDENT_STATUSES, STATUSES, TIERS, index
from poolcast.projection import claims_kernel as column
from poolcast.projection import compile_ahead
from poolcast.projection.behaviour import REFERENCE, REFERENCE_BY_TIER, is_active, phased_in
from poolcast.projection.benefits import base_mix, long_term_care_rate, relative_cost_of_tiers
from poolcast.projection.care import SCHEME_OF_STATUS, by_status, cost_of_long_term_care, months_of_wait
from poolcast.projection.claims import cheaper_by_procurement
from poolcast.projection.claims_kernel import Crowd, Law, Options, Prices, Sums, add_up_claims
from poolcast.projection.drivers import Drivers
from poolcast.projection.economy import CostTrend, Economy
from poolcast.projection.people import SUMS, People

Array = NDArray[np.float64]

_INPATIENT, _OUTPATIENT, _CHRONIC, _DUAL, _MATERNITY, _ALLOWANCE, _LONG_TERM = (
    index("benefit", benefit) for benefit in BENEFITS
)
_KNOWN: OrderedDict[int, tuple[Assumptions, Law, Options]] = OrderedDict()
"""Laws made lately, by the identity of the set, which never changes; a simulation asks for the same few again."""
_KNOWN_SIZE = 8
_LOCK = threading.Lock()


def sum_compiled(
    assumptions: Assumptions, people: People, economy: Economy, trend: CostTrend, drivers: Drivers
) -> Sums:
    """Return what the members claim, added up over statuses, before audit, procurement and budgets.

    Parameters
    ----------
    assumptions : Assumptions
        Without cases of an outbreak.
    """
    law, options = _known_law(assumptions, people)
    regions, years = people.births.shape[1:]
    strength = np.asarray(drivers.factor("elasticity"))
    strength = np.broadcast_to(strength, (strength.shape[0] if strength.ndim else 1, regions, years))
    crowd = Crowd._make([*(_plain(people.sums[name]) for name in SUMS), _plain(people.births)])
    prices = Prices(
        use=_plain(trend.use),
        unit_cost=_plain(trend.unit_cost),
        wage=_plain(economy.previous_wage),
        income=_plain(economy.previous_income),
        strength=_plain(strength),
    )
    paths = max(array.shape[0] for array in (*crowd, *prices))
    sums = Sums(
        claimed=np.empty((paths, regions, years, 2, len(BENEFITS))),
        outside=np.empty((paths, regions, years, 2)),
        own=np.empty((paths, regions, years, 4)),
        above=np.empty((paths, regions, years)),
    )
    compile_ahead.wait()
    add_up_claims(law, options, crowd, prices, sums)
    return sums


def _plain(array: Array) -> Array:
    """The one kind of array that the kernel is compiled for; others, a read-only one too, are copied."""
    return np.require(array, np.float64, ["C", "A", "W"])


def _log(array: Array) -> Array:
    result: Array = np.log(np.maximum(array, column.SMALLEST))
    return result


def _known_law(assumptions: Assumptions, people: People) -> tuple[Law, Options]:
    """Return the law of a set; the least recently used is dropped."""
    key = id(assumptions)
    with _LOCK:
        if key in _KNOWN:
            _KNOWN.move_to_end(key)
            return _KNOWN[key][1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        law, options = _Tables(assumptions).law(), _options(assumptions, people.closing_weight)
    with _LOCK:
        _KNOWN[key] = assumptions, law, options  # kept, so that no other set takes its place and its number
        while len(_KNOWN) > _KNOWN_SIZE:
            _KNOWN.popitem(last=False)
    return law, options


def _options(assumptions: Assumptions, closing_weight: float) -> Options:
    answers = is_active(assumptions)
    return Options(
        closing_weight=closing_weight,
        fixed_share=assumptions.options["outpatient_layers"] == "fixed_share",
        answers=answers,
        switches=answers and REFERENCE_BY_TIER in assumptions,
        smallest_own_share=float(assumptions["behaviour.minimum_own_share"]),
        smallest_answer=float(assumptions["behaviour.minimum_multiplier"]),
        largest_answer=float(assumptions["behaviour.maximum_multiplier"]),
    )


class _Tables:
    """The parameters of a set as the columns of `Law`; shapes as there."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._set = assumptions
        self._shape = len(assumptions.regions), assumptions.last_year - assumptions.base_year + 1, len(STATUSES)

    def law(self) -> Law:
        """Return every table."""
        insured = [column.NOBODY if status == "uninsured" else int(status in RESIDENT_STATUSES) for status in STATUSES]
        births = np.full(self._shape[::2], np.nan)
        if "opening.births" in self._set:
            births[:] = self._set["opening.births"]
        waiting = months_of_wait(self._set) * self._yearly("coverage.re_entry_rate") / 12
        return Law(
            scheme=np.array(insured, dtype=np.int64),
            tiers=self._tiers(),
            visits=self._visits(),
            benefits=self._benefits(),
            spread=self._spread(),
            years=np.concatenate([self._yearly("inpatient.ceiling_multiple"), waiting[..., None]], axis=-1),
            elasticity=self._elasticity(),
            phase_in=np.diff(self._set["behaviour.phase_in"], prepend=0.0),
            indexation=_plain(self._set["benefits.indexation"]),
            base_births=births,
        )

    def _yearly(self, name: str) -> Array:
        return self._set.from_year(name, self._set.base_year)

    def _by_status(self, name: str) -> Array:
        """Return a calibration factor by scheme as (region, year of one, status)."""
        return by_status(self._set[name])[:, None]

    def _factor(self, benefit: int) -> Array:
        return by_status(self._set["calibration.benefit"][:, :, benefit])[:, None]

    @staticmethod
    def _table(axes: tuple[int, ...], columns: dict[int, Array | float]) -> Array:
        """Return an array with columns last."""
        table = np.zeros((*axes, len(columns)))
        for position, values in columns.items():
            table[..., position] = values
        return table

    def _tiers(self) -> Array:
        """Tiers of inpatient care; see `benefits._Rules.inpatient`."""
        share = np.take(self._yearly("inpatient.in_policy_share"), SCHEME_OF_STATUS, axis=2)
        in_policy = relative_cost_of_tiers(self._set)[:, None] * share
        deductible, rate = self._yearly("inpatient.deductible"), self._yearly("inpatient.reimbursement_rate")
        return self._table(
            (*self._shape, len(TIERS)),
            {
                column.IN_POLICY: in_policy,
                column.LOG_IN_POLICY: _log(in_policy),
                column.DEDUCTIBLE: deductible,
                column.LOG_DEDUCTIBLE: _log(deductible),
                column.RATE: rate,
                column.OVER_RATE: np.divide(1, rate, out=np.full_like(rate, column.BEYOND), where=rate > 0),
                column.MIX: self._yearly("inpatient.tier_share"),
                column.BASE_MIX: base_mix(self._set)[:, None],
                column.REFERENCE: self._yearly(REFERENCE_BY_TIER) if REFERENCE_BY_TIER in self._set else 0.0,
            },
        )

    def _visits(self) -> Array:
        """Layers of outpatient care; see `benefits._Rules.outpatient`."""
        rate, users = self._yearly("outpatient.reimbursement_rate"), 1 - self._set["outpatient.share_without_use"]
        lower, ceiling = self._yearly("outpatient.deductible"), self._yearly("outpatient.ceiling")
        upper = lower + np.divide(ceiling, rate, out=ceiling * column.BEYOND, where=rate > 0)
        paid = rate * users[:, None] * self._factor(_OUTPATIENT)
        if self._set.options["outpatient_layers"] == "fixed_share":
            between = self._yearly("outpatient.share_between_deductible_and_ceiling")
            paid = rate * between * self._factor(_OUTPATIENT)
        reference = self._log_reference() if is_active(self._set) else np.zeros((*self._shape, len(BENEFITS)))
        return self._table(
            self._shape,
            {
                column.LOWER: lower,
                column.LOG_LOWER: _log(lower),
                column.UPPER: upper,
                column.LOG_UPPER: _log(upper),
                column.USERS: users[:, None],
                column.PAID_SHARE: paid,
                column.LOG_REFERENCE_STAYS: reference[..., _INPATIENT],
                column.LOG_REFERENCE_VISITS: reference[..., _OUTPATIENT],
            },
        )

    def _benefits(self) -> Array:
        """Services, bills and what the law pays of them without layers; see `care.project_care` and `benefits`."""
        use = self._yearly("utilisation.multiplier")
        services, listed = use.copy(), np.ones_like(use)
        cost = np.take(self._yearly("cost.multiplier"), SCHEME_OF_STATUS, axis=2)
        services[..., _INPATIENT] *= self._by_status("calibration.admissions")
        cost[..., _INPATIENT] *= self._by_status("calibration.cost_per_admission")
        for benefit in (_OUTPATIENT, _CHRONIC, _DUAL):  # one service is a year of cover, whose bill grows with use
            cost[..., benefit] *= use[..., benefit]
            services[..., benefit] = 1.0
        listed[..., _OUTPATIENT] = by_status(self._yearly("outpatient.in_policy_share"))
        listed[..., _CHRONIC] = by_status(self._yearly("chronic.in_policy_share"))
        cost[..., _DUAL] *= self._by_status("utilisation.dual_channel_bill")
        cost[..., _MATERNITY] *= self._yearly("maternity.payment_per_birth")
        listed[..., _MATERNITY] = self._factor(_MATERNITY)
        days = self._yearly("maternity.leave_days")[..., None] / 360
        listed[..., _ALLOWANCE] = days * self._yearly("maternity.allowance_coverage") * self._factor(_ALLOWANCE)
        if "long_term_care.take_up" in self._set:
            covered = self._yearly("long_term_care.coverage_share") * self._yearly("long_term_care.take_up")
            services[..., _LONG_TERM] *= covered[..., None]
            cost[..., _LONG_TERM] *= cost_of_long_term_care(self._set)[..., None]
        else:
            services[..., _LONG_TERM] = 0.0
        cheaper = cheaper_by_procurement(self._set)
        paid = self._paid()
        return self._table(
            use.shape,
            {
                column.SERVICES: services,
                column.COST: cost,
                column.LISTED: listed,
                column.PAID: paid,
                column.ANSWER: self._answer(paid),
                column.CHEAPER: 1.0 if cheaper is None else np.take(cheaper[0], SCHEME_OF_STATUS, axis=2),
            },
        )

    def _paid(self) -> Array:
        """Payment over the in-policy bill of benefits without layers (region, year, status, benefit)."""
        paid = np.ones((*self._shape, len(BENEFITS)))
        rates = {
            _CHRONIC: self._yearly("chronic.reimbursement_rate"),
            _DUAL: by_status(self._yearly("dual_channel.reimbursement_rate")),
        }
        if "long_term_care.take_up" in self._set:
            rates[_LONG_TERM] = long_term_care_rate(self._set)[..., None]
        for benefit, rate in rates.items():
            paid[..., benefit] = np.minimum(rate * self._factor(benefit), 1.0)
        return paid

    def _answer(self, paid: Array) -> Array:
        """Exponent of the patients' answer where no path moves their share; see `behaviour.response_multiplier`."""
        answer = np.zeros_like(paid)
        if not is_active(self._set):
            return answer
        smallest = float(self._set["behaviour.minimum_own_share"])
        change = phased_in(self._set, (np.log(np.maximum(1 - paid, smallest)) - self._log_reference())[None])[0]
        elasticity = self._set["behaviour.own_price_elasticity"][SCHEME_OF_STATUS]
        np.multiply(elasticity, change, out=answer, where=np.broadcast_to(elasticity != 0, answer.shape))
        return answer

    def _log_reference(self) -> Array:
        """Logarithm of the patient's share under the unreformed law (region, year, status, benefit)."""
        smallest = float(self._set["behaviour.minimum_own_share"])
        result: Array = np.log(np.maximum(self._yearly(REFERENCE), smallest))
        return result

    def _spread(self) -> Array:
        of_stays, of_visits = (
            np.log1p(self._set[f"{benefit}.cost_coefficient_of_variation"] ** 2)
            for benefit in ("inpatient", "outpatient")
        )
        again = self._set["inpatient.repeat_deductible_factor"]
        return self._table(
            of_stays.shape,
            {
                column.FACTOR: self._set["calibration.benefit"][:, :, _INPATIENT],
                column.HALF_VARIANCE: of_stays / 2,
                column.DEVIATION: np.sqrt(of_stays),
                column.REPEAT: self._set["inpatient.repeat_share"],
                column.AGAIN: again,
                column.LOG_AGAIN: _log(again),
                column.HALF_VARIANCE_VISITS: of_visits / 2,
                column.DEVIATION_VISITS: np.sqrt(of_visits),
            },
        )

    def _elasticity(self) -> Array:
        own = self._set["behaviour.own_price_elasticity"][SCHEME_OF_STATUS]
        return self._table(
            own.shape[:1],
            {
                column.OF_STAYS: own[:, _INPATIENT],
                column.OF_VISITS: own[:, _OUTPATIENT],
                column.CROSS: by_status(self._set["behaviour.cross_price_elasticity"]),
                column.SWITCHING: by_status(self._set["behaviour.tier_switching"]),
            },
        )
