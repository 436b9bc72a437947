from flask import Blueprint

bp = Blueprint("status", __name__)


@bp.get("/status/<task_id>")
def status(task_id):
    return task_id
