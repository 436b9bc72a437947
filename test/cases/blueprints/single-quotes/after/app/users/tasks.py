from celery import shared_task
from flask import current_app


@shared_task(name='count_users')
def count_users():
    """How many there are."""
    return 0


# Retried only for failures that pass by themselves: name those of your clients too.
@shared_task(
    ignore_result=False,
    autoretry_for=(ConnectionError, TimeoutError),
    max_retries=5,
    retry_backoff=True,
    retry_backoff_max=300,
    retry_jitter=True,
    soft_time_limit=240,
    time_limit=300,
)
def send_welcome(record_id: int) -> int:
    """Work on one record, given by id.

    May run more than once, after a retry or a lost worker: make a second run harmless.
    """
    current_app.logger.info('send_welcome works on record %s', record_id)
    return record_id
