from setuptools import setup

with open("requirements.txt") as file:
    setup(name="app", packages=["app"], install_requires=file.read().splitlines())
