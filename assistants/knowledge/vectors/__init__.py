"""Vectors outside PostgreSQL: the port, its adapters, and the work that keeps a store up to date.

`choice` names the store of this deployment. `Document.vector_store` says where a document's vectors can be asked for
besides the database; `Placement` rows, where they may lie.
"""
