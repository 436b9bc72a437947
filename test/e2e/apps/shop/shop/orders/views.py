from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from .. import db
from ..models import Order

orders = Blueprint("orders", __name__)


@orders.post("/")
def place_order() -> ResponseReturnValue:
    order = Order(item=request.form["item"])
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id), 201
