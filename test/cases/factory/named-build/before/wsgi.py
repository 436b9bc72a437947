from site_pkg import build

app = build()
