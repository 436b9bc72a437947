from setuptools import setup

setup(name="bin", packages=["bin"], install_requires=["flask"])
