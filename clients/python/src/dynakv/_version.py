"""The version of this package, as it is installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("dynakv")
except PackageNotFoundError:  # used from its sources
    __version__ = "0"
