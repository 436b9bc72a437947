from celery.schedules import crontab

NIGHTLY = crontab(hour=3, minute=0)
