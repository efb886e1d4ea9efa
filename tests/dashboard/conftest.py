"""No simulation runs behind a page unless a test asks for it."""

import pytest

from poolcast.dashboard.parts import bands
from poolcast.dashboard.services.jobs import Status


class NoJobs:
    """Takes every job and never begins it."""

    def submit(self, _session, _kind, _work, _weight=0, pause=0.0):
        return "waiting"

    def status(self, job, _session):
        return Status(job, "queued", ahead=1)

    def cancel(self, _job, _session):
        return None


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch):
    """Leave every job in the queue."""
    monkeypatch.setattr(bands, "jobs", NoJobs)
