"""The application around the dialog engine: terminal, store, settings and command line."""

__version__ = "0.1.0"
