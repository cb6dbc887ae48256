"""The doors: command line, HTTP, web pages."""
