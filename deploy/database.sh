#!/bin/sh
# Roles, database and extensions, once, when the database's volume is made. See docs/operators.md.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 \
  --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" <<'SQL'
CREATE ROLE bottega_owner LOGIN PASSWORD :'owner_password' NOSUPERUSER NOBYPASSRLS;
CREATE ROLE bottega_app LOGIN PASSWORD :'app_password' NOSUPERUSER NOBYPASSRLS;
CREATE ROLE bottega_across NOLOGIN NOSUPERUSER BYPASSRLS;
GRANT bottega_across TO bottega_app, bottega_owner WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE bottega OWNER bottega_owner ENCODING 'UTF8' TEMPLATE template0;
\connect bottega
CREATE EXTENSION vector;
CREATE EXTENSION pg_trgm;
ALTER DEFAULT PRIVILEGES FOR ROLE bottega_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO bottega_app, bottega_across;
ALTER DEFAULT PRIVILEGES FOR ROLE bottega_owner GRANT USAGE, SELECT ON SEQUENCES TO bottega_app, bottega_across;
GRANT USAGE ON SCHEMA public TO bottega_app, bottega_across;
SQL
