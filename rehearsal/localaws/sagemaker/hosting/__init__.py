"""Hosting: models, endpoint configurations, endpoints, and the processes that serve them."""
