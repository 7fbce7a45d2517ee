-- The roles and the schema of one service, run by a superuser with psql in the platform's database; safe to repeat.
-- Input: the psql variable `service`, and OWNER_PASSWORD and APP_PASSWORD in the environment (never on a command line).
--
-- kryonix_<service>_owner owns the schema and runs migrations. kryonix_<service>_app is what requests run as: it owns
-- nothing, so row level security binds it, and it can only read and write rows.
\set ON_ERROR_STOP on
\set owner 'kryonix_' :service '_owner'
\set app 'kryonix_' :service '_app'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY[:'owner', :'app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';

-- Other services' roles, and strangers, may not even connect or look around.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), :'owner', :'app')
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS :"service" AUTHORIZATION :"owner";
GRANT USAGE ON SCHEMA :"service" TO :"app";
ALTER ROLE :"owner" SET search_path = :"service";
ALTER ROLE :"app" SET search_path = :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"service"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"service"
  GRANT USAGE, SELECT ON SEQUENCES TO :"app";
