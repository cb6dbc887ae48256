"""The web pages: the four modules for people, served beside the API, nothing fetched from elsewhere."""
