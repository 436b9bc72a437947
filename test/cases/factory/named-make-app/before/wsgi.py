from site_pkg import make_app

app = make_app()
