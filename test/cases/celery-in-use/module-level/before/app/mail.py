from app import celery


@celery.task
def send(to):
    return to
