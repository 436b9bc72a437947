from uuid import UUID

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from kombu.exceptions import OperationalError
from sqlalchemy import text

from shop.extensions import login
from shop.up.tasks import check_up

up = Blueprint("up", __name__)


@up.post("/check_up")
def enqueue_check_up() -> ResponseReturnValue:
    """Send the task and answer at once; the client asks at Location how it went."""
    data = request.get_json(silent=True)
    record_id = data.get("record_id") if isinstance(data, dict) else None
    if not isinstance(record_id, int):
        return jsonify(error="record_id must be an integer"), 400
    try:
        result = check_up.delay(record_id)
    except OperationalError:
        current_app.logger.exception("check_up could not be sent")
        return jsonify(error="busy, try again later"), 503, {"Retry-After": "30"}
    location = url_for(".check_up_state", task_id=result.id)
    return jsonify(id=result.id), 202, {"Location": location, "Retry-After": "2"}


@up.get("/check_up/<uuid:task_id>")
def check_up_state(task_id: UUID) -> ResponseReturnValue:
    """PENDING also stands for an unknown id; `status-endpoint` tells them apart."""
    result = current_app.extensions["celery"].AsyncResult(str(task_id))
    headers = {"Cache-Control": "no-store"}
    return jsonify(id=result.id, state=result.state), 200, headers
