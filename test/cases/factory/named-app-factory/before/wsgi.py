from site_pkg import app_factory

app = app_factory()
