from app.users import bp


@bp.route("/")
def index():
    return "users"
