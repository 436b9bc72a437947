def load(app, overrides):
    app.config.update(overrides)
