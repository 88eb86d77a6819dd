#!/bin/sh
# Runs once, when the database is made: the owner role migrates, the running role only reads and writes.
set -eu

psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
    -v owner_password="$OWNER_PASSWORD" -v running_password="$RUNNING_PASSWORD" <<'SQL'
CREATE ROLE snoutos_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE snoutos LOGIN PASSWORD :'running_password';
GRANT snoutos TO snoutos_owner;
CREATE DATABASE snoutos OWNER snoutos_owner;
REVOKE CONNECT ON DATABASE snoutos FROM PUBLIC;
GRANT CONNECT ON DATABASE snoutos TO snoutos;
SQL
