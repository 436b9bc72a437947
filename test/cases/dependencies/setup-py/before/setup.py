from setuptools import setup

setup(
    name="app",
    packages=["app"],
    install_requires=[
        "Flask",
        "six",
    ],
)
