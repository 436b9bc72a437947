class Config:
    """Nothing yet."""
