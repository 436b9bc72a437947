from flask import current_app

from . import bp


@bp.get("/<int:number>")
def show(number):
    return {"number": number, "currency": current_app.config["CURRENCY"]}
