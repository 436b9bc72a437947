from site_pkg import create_application

app = create_application()
