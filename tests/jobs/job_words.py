"""Words of the tests of the queue."""

from datetime import timedelta

from sqlalchemy import select

from ils import db
from ils.jobs.models import Job

MINUTE = timedelta(minutes=1)


class Work:
    """Notes what it was asked to do; fails or waits as told."""

    def __init__(self):
        self.done, self.fails = [], []

    def __call__(self, context):
        if self.fails:
            raise self.fails.pop(0)
        self.done.append(context.args.get("n"))
        return {"n": context.args.get("n")}


def job_of(sessions, job):
    with db.reading(sessions) as session:
        return session.get_one(Job, job.id)


def later(sessions, **time_):
    with db.transaction(sessions) as session:
        for job in session.scalars(select(Job)):
            job.run_at -= timedelta(**time_)
            if job.lease_until is not None:
                job.lease_until -= timedelta(**time_)
