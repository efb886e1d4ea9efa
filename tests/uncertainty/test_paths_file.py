"""Every path in one file: the same numbers, readable by xarray, written in pieces."""

import numpy as np
import pytest
import xarray as xr

from poolcast.parameters.errors import ResultError
from poolcast.uncertainty import paths_file
from poolcast.uncertainty.paths_file import save_paths
from poolcast.uncertainty.simulate import simulate
from tests.uncertainty.small_jobs import MEASURES, job_of


@pytest.mark.parametrize("spilled", [False, True])
def test_the_file_holds_every_number(tmp_path, monkeypatch, spilled):
    monkeypatch.setattr(paths_file, "CHUNK", 8_000)
    monkeypatch.setattr(paths_file, "PIECE", 20_000)
    folder = tmp_path / "scratch" if spilled else None
    found = simulate(
        job_of().baseline, ["baseline", "high_cost"], paths=90, seed=7, measures=MEASURES, workers=1, folder=folder
    )
    file = save_paths(found, tmp_path / "paths.nc")
    with xr.open_dataset(file, engine="h5netcdf") as read:
        assert read["scenario"].values.tolist() == ["baseline", "high_cost"]
        assert read.attrs["seed"] == "7"
        assert read["reserve"].attrs["units"] == "yuan"
        for scenario in found.scenarios:
            for measure in MEASURES:
                values = found.values(scenario, measure)
                saved = read[measure].sel(scenario=scenario).transpose(*values.dims)
                assert np.array_equal(saved.values, values.values, equal_nan=True)
                for axis in values.dims[1:]:
                    assert saved[axis].values.tolist() == values[axis].values.tolist()
        chunks = read["reserve"].encoding["chunksizes"]
        assert chunks[0] == 1
        assert 1 <= chunks[1] < 90
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["paths.nc"]


def test_what_cannot_be_saved_is_refused(tmp_path):
    options = {"seed": 7, "measures": MEASURES, "workers": 1}
    counted = simulate(job_of().baseline, paths=20, memory=100, **options)
    with pytest.raises(ResultError, match="no single paths"):
        save_paths(counted, tmp_path / "paths.nc")
    exact = simulate(job_of().baseline, paths=20, **options)
    with pytest.raises(ResultError, match=r"\.nc"):
        save_paths(exact, tmp_path / "paths.csv")
    with pytest.raises(ResultError, match="not there"):
        save_paths(exact, tmp_path / "nowhere" / "paths.nc")
    assert not list(tmp_path.iterdir())
