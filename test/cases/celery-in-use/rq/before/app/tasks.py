from app import create_app

app = create_app()
app.app_context().push()


def export(user_id):
    return user_id
