from uuid import UUID

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from kombu.exceptions import OperationalError

from app.users_tasks import send_welcome

users_bp = Blueprint('users', __name__)


@users_bp.get('/users')
def users():
    return 'users'


@users_bp.post('/send_welcome')
def enqueue_send_welcome() -> ResponseReturnValue:
    """Send the task and answer at once; the client asks at Location how it went."""
    data = request.get_json(silent=True)
    record_id = data.get('record_id') if isinstance(data, dict) else None
    if not isinstance(record_id, int):
        return jsonify(error='record_id must be an integer'), 400
    try:
        result = send_welcome.delay(record_id)
    except OperationalError:
        current_app.logger.exception('send_welcome could not be sent')
        return jsonify(error='busy, try again later'), 503, {'Retry-After': '30'}
    location = url_for('.send_welcome_state', task_id=result.id)
    return jsonify(id=result.id), 202, {'Location': location, 'Retry-After': '2'}


@users_bp.get('/send_welcome/<uuid:task_id>')
def send_welcome_state(task_id: UUID) -> ResponseReturnValue:
    """PENDING also stands for an unknown id; `status-endpoint` tells them apart."""
    result = current_app.extensions['celery'].AsyncResult(str(task_id))
    headers = {'Cache-Control': 'no-store'}
    return jsonify(id=result.id, state=result.state), 200, headers
