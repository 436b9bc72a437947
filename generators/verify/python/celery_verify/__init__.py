"""The part of celery-verify that runs in the project's own interpreter. Standard library, Flask and Celery only."""
