"""Handles belong to a user: Flask-Login and Flask-JWT-Extended."""

from celery import Celery
from flask import Flask
from flask_jwt_extended import JWTManager, create_access_token
from flask_login import LoginManager, UserMixin, login_user, logout_user


def make_app(status):
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for tests, but long enough for HMAC", TASK_STATUS_OPEN=True)
    celery = Celery("login", broker="memory://", backend="cache+memory://")
    app.extensions["celery"] = celery
    status.init_task_status(app)

    @app.post("/start/<task_id>")
    def start(task_id):
        return status.task_url(celery.AsyncResult(task_id))

    return app


def test_flask_login():
    import with_login.task_status as status

    app = make_app(status)
    manager = LoginManager(app)

    class User(UserMixin):
        def __init__(self, name):
            self.id = name

    manager.user_loader(User)

    @app.post("/login/<name>")
    def login(name):
        login_user(User(name))
        return ""

    @app.post("/logout")
    def logout():
        logout_user()
        return ""

    ada, bob, nobody = app.test_client(), app.test_client(), app.test_client()
    ada.post("/login/ada")
    bob.post("/login/bob")
    url = ada.post("/start/one").text
    assert [client.get(url).status_code for client in (ada, bob, nobody)] == [200, 404, 404]
    assert [client.delete(url).status_code for client in (bob, nobody)] == [404, 404]
    ada.post("/logout")
    assert ada.get(url).status_code == 404
    # What was started by nobody is nobody's to see.
    assert nobody.get(nobody.post("/start/two").text).status_code == 404


def test_flask_jwt_extended():
    import with_jwt.task_status as status

    app = make_app(status)
    JWTManager(app)

    def headers(name):
        with app.app_context():
            return {"Authorization": f"Bearer {create_access_token(name)}"}

    client = app.test_client()
    url = client.post("/start/one", headers=headers("ada")).text
    assert client.get(url, headers=headers("ada")).status_code == 200
    assert client.get(url, headers=headers("bob")).status_code == 404
    assert client.get(url).status_code == 404


def test_without_a_login_extension_nobody_is_let_in_until_told():
    import shop.task_status as status

    app = make_app(status)
    client = app.test_client()
    url = client.post("/start/one").text
    assert client.get(url).status_code == 200
    app.config["TASK_STATUS_OPEN"] = False
    assert client.get(url).status_code == 404


def test_a_debugger_sees_the_exception_and_an_old_key_still_opens():
    import shop.task_status as status

    app = make_app(status)
    client = app.test_client()
    url = client.post("/start/failed").text
    app.extensions["celery"].backend.store_result("failed", ValueError("the text"), "FAILURE")
    assert "detail" not in client.get(url).json["error"]
    app.debug = True
    assert client.get(url).json["error"]["detail"] == "ValueError: the text"
    app.config.update(SECRET_KEY_FALLBACKS=[app.secret_key], SECRET_KEY="a new one")
    assert client.get(url).status_code == 200
    # A key that was taken out opens nothing, not even what it opened a moment ago.
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert client.get(url).status_code == 404


def test_other_states_show_no_internals():
    import shop.task_status as status

    app = make_app(status)
    client = app.test_client()
    backend = app.extensions["celery"].backend
    for state, meta in (
        ("STARTED", {"pid": 4711, "hostname": "worker@internal"}),
        ("RETRY", ValueError("internal")),
        ("REVOKED", ValueError("internal")),
        ("UPLOADING", {"current": 1, "total": 3, "bucket": "internal"}),
    ):
        url = client.post(f"/start/{state}").text
        backend.store_result(state, meta, state)
        answer = client.get(url)
        assert answer.json["state"] == state
        assert answer.json["ready"] is (state == "REVOKED")
        assert "internal" not in answer.text and "4711" not in answer.text
        if state == "UPLOADING":
            assert answer.json["progress"]["percent"] == 33


def test_a_handle_lives_no_longer_than_its_result():
    import time

    import shop.task_status as status

    app = make_app(status)
    app.extensions["celery"].conf.result_expires = 1
    client = app.test_client()
    url = client.post("/start/short").text
    assert client.get(url).status_code == 200
    time.sleep(2.1)
    assert client.get(url).status_code == 410
