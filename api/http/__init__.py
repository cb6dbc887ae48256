"""The HTTP door: `/api/v1` over the same questions as the command line."""

PREFIX = "/api/v1"
