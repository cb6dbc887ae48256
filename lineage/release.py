"""The release of the engine: every answer carries it, and the distribution takes its version from here."""

VERSION = "0.1.0"
