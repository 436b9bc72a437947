from site_pkg import init_app

app = init_app()
