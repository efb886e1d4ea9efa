"""What cheaper or dearer care does to each ledger: the expected signs that many levers share."""

from __future__ import annotations

from poolcast.parameters.declaration import Words
from poolcast.scenarios.lever import Effect, Sign

CARE = "inpatient|outpatient|chronic|dual_channel"
"""Benefits whose bills follow prices and intensity; maternity and long-term care have prices of their own."""

_FOLLOWERS = {
    "CII": Words(
        "Own shares of residents and so critical-illness claims move with bills.", "居民自付及大病赔付随费用变动。"
    ),
    "LAS": Words(
        "Own shares of employees and so large-amount claims move with bills.", "职工自付及大额补助随费用变动。"
    ),
    "CSS": Words("Own shares of civil servants move with bills.", "公务员自付随费用变动。"),
    "MAF": Words("Own shares of residents and so direct aid move with bills.", "居民自付及直接救助随费用变动。"),
}
_RETAINED = Words(
    "The retained part of the procurement saving moves with procured claims, the other way round.",
    "集采结余留用随集采费用同向变动,故符号相反。",
)


def _opposite(sign: Sign) -> Sign:
    return "-" if sign == "+" else "+"


def _effects(sign: Sign, own: Sign, ledgers: tuple[str, ...], reason: Words) -> tuple[Effect, ...]:
    funds = tuple(Effect(ledger, sign, reason) for ledger in ("EPF", "RPF") if ledger in ledgers)
    others = tuple(Effect(ledger, own, words) for ledger, words in _FOLLOWERS.items() if ledger in ledgers)
    return (*funds, *others, Effect("VBPR", _opposite(sign), _RETAINED))


_BOTH = ("EPF", "RPF", "CII", "LAS", "CSS", "MAF")
RESIDENT = ("RPF", "CII", "MAF")


def cheaper_care(en: str, zh: str, ledgers: tuple[str, ...] = _BOTH) -> tuple[Effect, ...]:
    """Effects of lower bills: funds and patients pay less."""
    return _effects("+", "+", ledgers, Words(en, zh))


def dearer_care(en: str, zh: str, ledgers: tuple[str, ...] = _BOTH) -> tuple[Effect, ...]:
    """Effects of higher bills: funds and patients pay more."""
    return _effects("-", "-", ledgers, Words(en, zh))


def narrower_cover(en: str, zh: str, ledgers: tuple[str, ...] = _BOTH) -> tuple[Effect, ...]:
    """Effects of a lower rate on the same bills: funds pay less, patients and second layers more."""
    return _effects("+", "-", ledgers, Words(en, zh))


def wider_cover(en: str, zh: str, ledgers: tuple[str, ...] = _BOTH) -> tuple[Effect, ...]:
    """Effects of a higher rate on the same bills: funds pay more, patients and second layers less."""
    return _effects("-", "+", ledgers, Words(en, zh))
