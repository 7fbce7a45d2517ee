#!/bin/bash
# Run once by the PostgreSQL image, in a new and empty database: each service's roles and schema.
set -eu
for service in tenant messaging cache backup; do
  owner_password=${service^^}_OWNER_PASSWORD
  app_password=${service^^}_APP_PASSWORD
  OWNER_PASSWORD=${!owner_password} APP_PASSWORD=${!app_password} \
    psql -X -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v service="$service" -f /kryonix/service-roles.sql
done
