"""OpenAPI documents: read into operations, made into requests, and their answers cut to size.

Nothing here touches the database or the network.
"""
