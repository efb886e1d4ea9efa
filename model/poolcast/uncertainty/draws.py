"""Draws: random numbers by seed, stream, region and path, the same in whatever block, worker or order they are made.

Every stream (a driver, an epidemic, a parameter) of every region has a key of its own for Philox, a generator whose
numbers are a function of key and counter (Salmon et al., SC 2011); the counter is the number of the path. All scenarios
of a simulation share the draws.

``antithetic`` gives path 2k + 1 the mirror image of path 2k. ``sobol`` gives the leading components of the national
drivers (a Brownian bridge over the years, coarsest first) the coordinates of a scrambled Sobol sequence, `REPLICATES`
independent scramblings in turn, from whose spread the error is read; all other streams stay pseudo-random.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]
Sampling = Literal["random", "antithetic", "sobol"]

SAMPLINGS: tuple[Sampling, ...] = ("random", "antithetic", "sobol")
LEADING_COMPONENTS = 30
REPLICATES = 16
"""Scramblings of the Sobol sequence; path p is point p // 16 of scrambling p % 16."""

_COUNTER_WORDS = 4
_SOBOL_BITS = 32


@dataclass(frozen=True)
class Draws:
    """The random numbers of a simulation.

    Parameters
    ----------
    seed : int
    sampling : {"random", "antithetic", "sobol"}
    """

    seed: int
    sampling: Sampling = "random"

    def uniforms(self, stream: str, region: str, first: int, count: int, size: int) -> Array:
        """Return uniforms strictly between zero and one (path, size) of the paths from `first` on.

        Parameters
        ----------
        stream : str
            Name of what is drawn.
        region : str
            Code of the region, empty for what is national.
        first, count, size : int
            First path, number of paths, numbers a path.
        """
        if self.sampling != "antithetic":
            return self._philox(stream, region, first, count, size)
        pair = np.arange(first, first + count)
        base = self._philox(stream, region, first // 2, int(pair[-1] // 2 - first // 2 + 1), size)
        result = base[pair // 2 - first // 2]
        mirrored = pair % 2 == 1
        result[mirrored] = 1.0 - result[mirrored]
        return result

    def normals(self, stream: str, region: str, first: int, count: int, size: int) -> Array:
        """Return standard normals (path, size); see `uniforms`."""
        drawn = self.uniforms(stream, region, first, count, size)
        result: Array = ndtri(drawn, out=drawn)
        return result

    def leading_normals(self, first: int, count: int) -> Array:
        """Return the Sobol coordinates of the paths as standard normals (path, component)."""
        paths = np.arange(first, first + count)
        result = np.empty((count, LEADING_COMPONENTS))
        for replicate in range(REPLICATES):
            mine = paths % REPLICATES == replicate
            if mine.any():
                points = paths[mine] // REPLICATES
                block = _sobol_points(self.seed, replicate, int(points[0]), len(points))
                result[mine] = ndtri(block)
        return result

    def _philox(self, stream: str, region: str, first: int, count: int, size: int) -> Array:
        words = -(-size // _COUNTER_WORDS)
        counter = np.array([first * words, 0, 0, 0], dtype=np.uint64)
        generator = np.random.Philox(counter=counter, key=_key(self.seed, stream, region))
        raw = generator.random_raw(count * words * _COUNTER_WORDS).reshape(count, -1)[:, :size]
        raw >>= np.uint64(11)
        result: Array = np.add(raw, 0.5)
        result *= 2.0**-53
        return result


def bridge_order(years: int) -> list[tuple[int, int, int]]:
    """Return the nodes of a Brownian bridge over years 1..T, coarsest first, as (node, left, right).

    The first node is the last year with nothing to its right (right = 0); then every gap is halved in turn.
    """
    order = [(years, 0, 0)]
    gaps = [(0, years)]
    while gaps:
        halved = []
        for left, right in gaps:
            if right - left > 1:
                node = (left + right) // 2
                order.append((node, left, right))
                halved += [(left, node), (node, right)]
        gaps = halved
    return order


def bridge_increments(components: Array) -> Array:
    """Turn independent normals, coarsest component first, into independent yearly innovations (..., year).

    Parameters
    ----------
    components : array (..., T)
        Standard normals in the order of `bridge_order`.
    """
    years = components.shape[-1]
    walk = np.zeros((*components.shape[:-1], years + 1))
    for number, (node, left, right) in enumerate(bridge_order(years)):
        normal = components[..., number]
        if right == 0:
            walk[..., node] = np.sqrt(float(node)) * normal
            continue
        span, before, after = right - left, node - left, right - node
        mean = (after * walk[..., left] + before * walk[..., right]) / span
        walk[..., node] = mean + np.sqrt(before * after / span) * normal
    result: Array = walk[..., 1:] - walk[..., :-1]
    return result


def _key(seed: int, stream: str, region: str) -> NDArray[np.uint64]:
    digest = blake2b(f"{seed}|{stream}|{region}".encode(), digest_size=16).digest()
    return np.frombuffer(digest, dtype=np.uint64)


@lru_cache(maxsize=4 * REPLICATES)
def _sobol_points(seed: int, replicate: int, first: int, count: int) -> Array:
    """Return points of one scrambling (point, component); never exactly zero."""
    key = int.from_bytes(blake2b(f"{seed}|sobol|{replicate}".encode(), digest_size=8).digest(), "little")
    from scipy.stats import qmc  # heavy: only where it is used

    engine = qmc.Sobol(LEADING_COMPONENTS, scramble=True, bits=_SOBOL_BITS, rng=np.random.default_rng(key))
    if first:
        engine.fast_forward(first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # balance needs a power of two; the replicates measure the error
        points = engine.random(count)
    result: Array = points + 2.0 ** -(_SOBOL_BITS + 1)
    return result
