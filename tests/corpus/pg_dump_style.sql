--
-- PostgreSQL database dump; version 15
--
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE FUNCTION public.f() RETURNS integer
    LANGUAGE sql
    AS $_$ SELECT t."$1" FROM (SELECT 1) AS t ("$1"); $_$;
CREATE TABLE public.t (
    id integer NOT NULL,
    note text DEFAULT 'a;b'::text
);
CREATE SEQUENCE public.t_id_seq AS integer START WITH 1;
ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
--
-- PostgreSQL database dump complete
--
