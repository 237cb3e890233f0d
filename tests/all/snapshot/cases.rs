//! Databases and what may happen to them, kind by kind: what is there before, and a change.

/// Name, setup, change.
pub type Case = (&'static str, &'static str, &'static str);

/// The kinds of objects, one by one.
pub const CASES: &[Case] = &[
    ("schema", "", "create schema app; comment on schema app is 'it''s'"),
    (
        "schema that a table was moved out of",
        "create schema app; create table app.t (id int)",
        "alter table app.t set schema public; drop schema app",
    ),
    ("schema with content", "", "create schema app; create table app.t (id int)"),
    (
        "table",
        "",
        "create table t (id int primary key, name text not null default 'x', n numeric(10,2) check (n > 0), unique (name, n))",
    ),
    ("table with serial", "", "create table t (id bigserial primary key, small smallserial)"),
    ("table unlogged", "create table t (id int)", "alter table t set unlogged"),
    (
        "table options",
        "create table t (id int) with (fillfactor=70)",
        "alter table t set (fillfactor=80, autovacuum_enabled=false)",
    ),
    (
        "table reset options",
        "create table t (id int) with (fillfactor=70, toast.autovacuum_enabled=false)",
        "alter table t reset (fillfactor)",
    ),
    (
        "table odd names",
        "",
        "create schema \"My App\"; create table \"My App\".\"We ird\" (\"Co l\" int primary key, \"x\"\"y\" text default 'a''b\\c', \"select\" int); create index \"my Index\" on \"My App\".\"We ird\" (\"x\"\"y\"); comment on column \"My App\".\"We ird\".\"x\"\"y\" is 'c\\d'",
    ),
    (
        "table options of toast",
        "create table t (a text) with (toast.autovacuum_enabled=false, fillfactor=70)",
        "alter table t set (toast.autovacuum_vacuum_threshold=5); alter table t reset (toast.autovacuum_enabled); create materialized view m with (toast.autovacuum_enabled=false) as select a from t",
    ),
    (
        "column",
        "create table t (id int)",
        "alter table t add column name text not null default 'x' collate \"C\", add n int generated always as (id + 1) stored",
    ),
    (
        "column dropped with its index",
        "create table t (id int, a int, b int unique, check (a > b)); create index on t (a, b); create view v as select id from t",
        "alter table t drop column b",
    ),
    (
        "column type",
        "create table t (id int, a varchar(10), d date, j text); insert into t values (1, '2', '2020-01-01', '[1]')",
        "alter table t alter id type bigint, alter a type varchar(20), alter d type timestamptz, alter j type jsonb using j::jsonb",
    ),
    (
        "column type with views",
        "create table t (id int, a text); create view v as select id, a from t; create view w as select * from v; create materialized view m as select id from v; create index on m (id); comment on view v is 'v'; grant select on w to dbm_reader",
        "drop view v cascade; alter table t alter id type bigint; create view v as select id, a from t; create view w as select * from v; create materialized view m as select id from v; create index on m (id)",
    ),
    (
        "column type with trigger and policy",
        "create table t (id int, a int); create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger tr before update of a on t for each row when (new.a > 1) execute function f(); create policy p on t using (a > 1)",
        "drop trigger tr on t; drop policy p on t; alter table t alter a type bigint; create trigger tr before update of a on t for each row when (new.a > 1) execute function f(); create policy p on t using (a > 1)",
    ),
    (
        "column type with default and check",
        "create table t (id text default '1', s text not null default 'a' check (s in ('a', 'b'))); create index i on t (s) where s = 'a'",
        "alter table t alter id drop default, alter id type int using id::int, alter id set default 7",
    ),
    (
        "column type with foreign key",
        "create table p (id int primary key); create table c (id int references p)",
        "alter table c drop constraint c_id_fkey; alter table p alter id type text; alter table c alter id type text; alter table c add foreign key (id) references p",
    ),
    (
        "column type with generated column",
        "create table t (id int, g int generated always as (id * 2) stored)",
        "alter table t drop g; alter table t alter id type bigint; alter table t add g bigint generated always as (id * 2) stored",
    ),
    (
        "column null",
        "create table t (id int not null, b int)",
        "alter table t alter id drop not null, alter b set not null",
    ),
    (
        "column default",
        "create table t (id int default 1, b int, c int default 3)",
        "alter table t alter id set default 2, alter b set default 5, alter c drop default",
    ),
    (
        "column identity",
        "create table t (a int not null, b int generated always as identity, c int generated always as identity (start 5))",
        "alter table t alter a add generated by default as identity (increment 3), alter b drop identity, alter c set generated by default set increment 7",
    ),
    (
        "column generated",
        "create table t (a int, b int generated always as (a + 1) stored, c int generated always as (a + 2) stored)",
        "alter table t alter b drop expression, drop c, add c int generated always as (a + 3) stored",
    ),
    (
        "column storage and statistics",
        "create table t (a text, b text, c int)",
        "alter table t alter a set storage external, alter b set statistics 200, alter c set (n_distinct = 5)",
    ),
    ("column compression", "create table t (a text)", "alter table t alter a set compression pglz"),
    (
        "column privileges",
        "create table t (a int, b int); grant select (b) on t to dbm_reader",
        "grant update (a) on t to dbm_reader with grant option; revoke select (b) on t from dbm_reader",
    ),
    (
        "column comment",
        "create table t (a int, b int); comment on column t.a is 'a'",
        "comment on column t.a is null; comment on column t.b is 'b'",
    ),
    (
        "column order",
        "create table t (a int, b text, c int)",
        "alter table t drop column b; alter table t add column b text",
    ),
    (
        "primary key",
        "create table t (a int not null, b int not null, constraint pk primary key (a))",
        "alter table t drop constraint pk; alter table t add constraint pk primary key (b, a)",
    ),
    (
        "primary key that is referenced",
        "create table p (a int primary key, b int not null unique); create table c (a int references p)",
        "alter table p drop constraint p_pkey cascade; alter table p add constraint other primary key (a); alter table c add foreign key (a) references p",
    ),
    (
        "unique constraint",
        "create table t (a int, b int)",
        "alter table t add constraint u unique (a) include (b) deferrable initially deferred",
    ),
    (
        "unique index to constraint",
        "create table t (a int not null); create unique index u on t (a)",
        "alter table t add constraint u unique using index u",
    ),
    (
        "exclusion constraint",
        "create table t (a int, r int4range)",
        "alter table t add exclude using gist (r with &&) where (a > 0)",
    ),
    (
        "check constraint",
        "create table t (a int); alter table t add constraint c check (a > 0)",
        "alter table t drop constraint c; alter table t add constraint c check (a > 1) not valid; alter table t add constraint d check (a < 9) no inherit",
    ),
    (
        "check constraint validated",
        "create table t (a int); alter table t add constraint c check (a > 0) not valid",
        "alter table t validate constraint c",
    ),
    (
        "foreign key",
        "create table p (id int primary key); create table c (id int, p int)",
        "alter table c add constraint fk foreign key (p) references p on delete cascade on update set null deferrable",
    ),
    (
        "foreign keys in a circle",
        "",
        "create table a (id int primary key, b int); create table b (id int primary key, a int references a); alter table a add foreign key (b) references b",
    ),
    (
        "index",
        "create table t (a int, b text)",
        "create index i on t (lower(b) text_pattern_ops desc nulls last) include (a) where a > 3; create unique index u on t using btree (a) with (fillfactor=50)",
    ),
    (
        "index changed",
        "create table t (a int, b text); create index i on t (a); comment on index i is 'x'",
        "drop index i; create index i on t (b, a)",
    ),
    (
        "index marks",
        "create table t (a int not null, b int not null); create unique index i on t (a); create unique index j on t (b); alter table t cluster on i; alter table t replica identity using index i",
        "alter table t cluster on j; alter table t replica identity using index j",
    ),
    (
        "index marks gone",
        "create table t (a int not null); create unique index i on t (a); alter table t cluster on i; alter table t replica identity using index i",
        "alter table t set without cluster; alter table t replica identity full",
    ),
    (
        "index options",
        "create table t (a int constraint pk primary key, b int constraint u unique, c int); create index i on t (c) with (fillfactor=60)",
        "alter index i set (fillfactor=70); alter index pk set (fillfactor=80); alter table t drop constraint u; alter table t add constraint u unique (b) with (fillfactor=55)",
    ),
    (
        "index statistics",
        "create table t (a int, b int); create index i on t (a, (a + b), (b + 1)); alter index i alter column 3 set statistics 9",
        "alter index i alter column 2 set statistics 81; alter index i alter column 3 set statistics -1; create index j on t ((b + 2)); alter index j alter column 1 set statistics 7",
    ),
    (
        "sequence",
        "",
        "create sequence s as int increment 3 minvalue 2 maxvalue 100 start 5 cache 4 cycle; create sequence d increment -1",
    ),
    (
        "sequence changed",
        "create sequence s; create sequence d as int",
        "alter sequence s increment 5 minvalue 0 start 7 cycle; alter sequence d as bigint",
    ),
    (
        "sequence owned",
        "create table t (a int, b int); create sequence s owned by t.a; create sequence q",
        "alter sequence s owned by t.b; alter sequence q owned by t.a",
    ),
    (
        "sequence freed",
        "create table t (a serial, b int)",
        "alter sequence t_a_seq owned by none; alter table t alter a drop default; alter table t drop a",
    ),
    (
        "serial added",
        "create table t (a int not null)",
        "create sequence t_a_seq owned by t.a; alter table t alter a set default nextval('t_a_seq')",
    ),
    (
        "view",
        "create table t (a int, b int)",
        "create view v with (security_barrier) as select a from t where b > 1 with local check option",
    ),
    (
        "view replaced",
        "create table t (a int, b int); create view v as select a from t; create view w as select * from v",
        "create or replace view v with (security_barrier) as select a, b from t where a > 1; comment on column v.b is 'b'",
    ),
    (
        "view with other columns",
        "create table t (a int, b int); create view v as select a, b from t; create view w as select a from v; grant select on v to dbm_reader; comment on view w is 'w'; create function f() returns setof v language sql as 'select 1, 2'",
        "drop view v cascade; create view v as select b as c from t; create view w as select c as a from v",
    ),
    (
        "view options",
        "create table t (a int); create view v as select a from t",
        "alter view v set (security_barrier=true); alter view v alter column a set default 5",
    ),
    (
        "view trigger and rule",
        "create table t (a int); create view v as select a from t; create function f() returns trigger language plpgsql as $$begin return new; end$$",
        "create trigger tr instead of insert on v for each row execute function f(); create rule r as on delete to v do instead nothing",
    ),
    (
        "recursive view",
        "",
        "create recursive view v (n) as values (1) union all select n + 1 from v where n < 5",
    ),
    (
        "materialized view",
        "create table t (a int, b int)",
        "create materialized view m as select a, b from t with no data; create unique index on m (a); alter materialized view m alter a set statistics 5",
    ),
    (
        "materialized view changed",
        "create table t (a int, b int); create materialized view m as select a, b from t; create unique index mi on m (a); grant select on m to dbm_reader",
        "drop materialized view m; create materialized view m with (fillfactor=50) as select b from t",
    ),
    (
        "materialized view refreshed",
        "create table t (a int); create materialized view m as select a from t with no data",
        "refresh materialized view m",
    ),
    (
        "function",
        "",
        "create function f(a int, b text default 'x', out c int, variadic d int[] default '{}') language sql immutable strict cost 5 set work_mem = '1MB' as $f$select length('a''b $$ \\')$f$; comment on function f is 'f'",
    ),
    (
        "function changed",
        "create function f(a int) returns int language sql as 'select 1'; create table t (a int default f(1)); create view v as select f(a) from t",
        "create or replace function f(a int) returns int language sql stable as 'select 2'",
    ),
    (
        "function of another type",
        "create function f(a int) returns int language sql immutable as 'select 1'; create table t (a int default f(1), check (f(a) > 0)); create view v as select f(a) as x, a from t; create index i on t (f(a)); create policy p on t using (f(a) = 1)",
        "drop function f cascade; create function f(b int) returns bigint language sql immutable as 'select 2::bigint'; alter table t alter a set default f(1); create view v as select f(a) as x, a from t; create index i on t (f(a)); create policy p on t using (f(a) = 1)",
    ),
    (
        "function of a table",
        "create table t (a int); create function f() returns setof t language sql as 'select * from t'; create function g(t) returns int language sql as 'select 1'",
        "drop function f(); drop function g(t); drop table t",
    ),
    (
        "function overloads",
        "create function f(int) returns int language sql as 'select 1'",
        "create function f(text) returns int language sql as 'select 1'; create function f(int, int) returns int language sql as 'select 1'",
    ),
    (
        "function with a body of statements",
        "create table t (a int)",
        "create function f() returns bigint begin atomic select count(*) from t; end",
    ),
    (
        "function privileges",
        "create function f() returns int language sql as 'select 1'; create function g() returns int language sql as 'select 1'; revoke execute on function g() from public",
        "revoke execute on function f() from public; grant execute on function f() to dbm_reader; grant execute on function g() to public",
    ),
    (
        "procedure",
        "",
        "create procedure p(a int, inout b int) language plpgsql as $$begin b := a; end$$",
    ),
    (
        "aggregate",
        "",
        "create aggregate a(int) (sfunc = int4pl, stype = int, initcond = '0', combinefunc = int4pl, parallel = safe); create aggregate n(*) (sfunc = int8inc, stype = int8, initcond = '0'); grant execute on function a(int) to dbm_reader",
    ),
    (
        "aggregate changed",
        "create aggregate a(int) (sfunc = int4pl, stype = int, initcond = '0'); create table t (b int); create view v as select a(b) from t",
        "drop view v; drop aggregate a(int); create aggregate a(int) (sfunc = int4pl, stype = int, initcond = '5'); create view v as select a(b) from t",
    ),
    (
        "trigger",
        "create table t (a int); create function f() returns trigger language plpgsql as $$begin return new; end$$",
        "create trigger tr before insert or update of a on t for each row when (new.a > 3) execute function f('x', 'y z'); create constraint trigger ct after insert on t deferrable initially deferred for each row execute function f(); create trigger st after delete on t referencing old table as o for each statement execute function f(); comment on trigger tr on t is 'tr'",
    ),
    (
        "trigger changed",
        "create table t (a int); create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger a before insert on t for each row execute function f(); create trigger b before insert on t for each row execute function f()",
        "alter table t disable trigger a; drop trigger b on t; create trigger b after insert on t for each row execute function f(); alter table t enable always trigger b",
    ),
    (
        "event trigger",
        "create function f() returns event_trigger language plpgsql as $$begin end$$",
        "create event trigger e on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function f(); alter event trigger e disable",
    ),
    (
        "rule",
        "create table t (a int); create table u (a int)",
        "create rule r as on insert to t where new.a > 3 do also insert into u values (new.a); alter table t disable rule r",
    ),
    (
        "policy",
        "create table t (a int)",
        "alter table t enable row level security, force row level security; create policy p on t as restrictive for update to dbm_reader, dbm_owner using (a > 1) with check (a > 2); create policy q on t for insert with check (true)",
    ),
    (
        "policy changed",
        "create table t (a int); create policy p on t using (a > 1); alter table t enable row level security",
        "alter policy p on t to dbm_reader using (a > 2); alter table t disable row level security",
    ),
    ("enum", "", "create type e as enum ('a', 'b''c', 'd')"),
    (
        "enum labels",
        "create type e as enum ('b', 'd'); create table t (x e default 'b', arr e[], check (x <> 'd')); create index i on t (x) where x = 'b'; create view v as select x from t where x = 'b'; create function f(e) returns e language sql as 'select $1'; comment on type e is 'e'",
        "alter type e add value 'a' before 'b'; alter type e add value 'c' after 'b'; alter type e add value 'z'",
    ),
    (
        "enum label renamed",
        "create type e as enum ('b', 'd'); create table t (x e)",
        "alter type e rename value 'b' to 'q'",
    ),
    (
        "enum new label used",
        "create type e as enum ('a'); create table t (x e)",
        "drop table t; drop type e; create type e as enum ('a', 'b'); create table t (x e default 'b')",
    ),
    (
        "composite type",
        "",
        "create type c as (a int, b text collate \"C\", d numeric(5,1)[]); comment on type c is 'c'; comment on column c.a is 'a'",
    ),
    (
        "composite type changed",
        "create type c as (a int, b text)",
        "alter type c drop attribute b; alter type c add attribute d date, alter attribute a type bigint",
    ),
    (
        "composite type of a column",
        "create type c as (a int); create table t (x c)",
        "alter type c add attribute d date",
    ),
    (
        "typed table",
        "create type c as (a int, b text)",
        "create table t of c (primary key (a), b with options default 'x')",
    ),
    (
        "domain",
        "",
        "create domain d as text collate \"C\" default 'x' not null constraint c check (value like '%a%') constraint e check (value <> 'z')",
    ),
    (
        "domain changed",
        "create domain d as int default 1 not null check (value > 0); create table t (a d)",
        "alter domain d drop not null; alter domain d set default 5; alter domain d drop constraint d_check; alter domain d add constraint n check (value > 5) not valid",
    ),
    (
        "domain of another type",
        "create domain d as int check (value > 0); create table t (a d default 5); create view v as select a from t",
        "drop view v; alter table t alter a drop default; alter table t alter a type text; drop domain d; create domain d as bigint; alter table t alter a type d using a::d; create view v as select a from t",
    ),
    ("range", "", "create type r as range (subtype = float8, subtype_diff = float8mi)"),
    (
        "range changed",
        "create type r as range (subtype = float8); create table t (a r)",
        "drop table t; drop type r; create type r as range (subtype = float8, subtype_diff = float8mi); create table t (a r)",
    ),
    (
        "privileges",
        "create table t (a int); create sequence s; create schema app; create type e as enum ('a'); grant select on t to dbm_reader; grant usage on schema app to dbm_reader",
        "revoke select on t from dbm_reader; grant insert, update on t to public; grant all on t to dbm_owner with grant option; grant usage on sequence s to dbm_reader; grant create on schema app to dbm_reader; revoke usage on type e from public",
    ),
    (
        "privileges of the owner",
        "create table t (a int)",
        "revoke insert, delete on t from postgres",
    ),
    (
        "privileges passed on",
        "create table t (a int); grant select on t to dbm_owner with grant option",
        "set role dbm_owner; grant select on t to dbm_reader; reset role",
    ),
    (
        "default privileges",
        "create schema app; alter default privileges grant select on sequences to dbm_reader",
        "alter default privileges in schema app grant select, insert on tables to dbm_reader; alter default privileges revoke execute on functions from public; alter default privileges revoke select on sequences from dbm_reader",
    ),
    (
        "made under default privileges",
        "create schema app; alter default privileges in schema app grant select on tables to dbm_reader; alter default privileges revoke execute on functions from public; create table app.a (x int); create table app.b (x int); revoke select on app.b from dbm_reader; create function app.f() returns int language sql as 'select 1'; create function app.g() returns int language sql as 'select 1'; grant execute on function app.g() to public",
        "drop table app.a, app.b; drop function app.f; drop function app.g",
    ),
    (
        "owners",
        "create schema app; create table app.t (a serial); create view app.v as select 1 as a; create function app.f() returns int language sql as 'select 1'; create type app.e as enum ('a'); grant select on app.t to dbm_reader",
        "alter table app.t owner to dbm_owner; alter view app.v owner to dbm_owner; alter function app.f owner to dbm_owner; alter type app.e owner to dbm_owner; alter schema app owner to dbm_owner",
    ),
    (
        "made for another owner",
        "",
        "create schema app authorization dbm_owner; create table app.t (a serial primary key); alter table app.t owner to dbm_owner; grant select on app.t to dbm_reader; create domain app.d as int; alter domain app.d owner to dbm_owner",
    ),
    (
        "comments",
        "create table t (a int primary key); create view v as select 1 as a; comment on table t is 'old'",
        "comment on table t is 'new'; comment on view v is 'v'; comment on constraint t_pkey on t is 'pk'; comment on index t_pkey is 'index'; comment on schema public is 'ours'",
    ),
    (
        "extension",
        "",
        "create extension pg_trgm; create table t (a text); create index i on t using gin (a gin_trgm_ops)",
    ),
    (
        "extension in a schema",
        "create schema ext; create extension hstore schema ext; create table t (a ext.hstore)",
        "alter extension hstore set schema public",
    ),
    (
        "privileges on what is not ours",
        "create extension hstore; grant execute on function hstore(text, text) to dbm_owner with grant option; revoke execute on function pg_catalog.pg_stat_reset() from public",
        "revoke execute on function pg_catalog.pg_sleep(double precision) from public; revoke usage on language plpgsql from public; grant select on pg_catalog.pg_authid to dbm_reader; grant select (rolname) on pg_catalog.pg_authid to dbm_owner; revoke grant option for execute on function hstore(text, text) from dbm_owner; grant usage on type hstore to dbm_reader; create extension citext; revoke execute on function texticlike(citext, citext) from public",
    ),
    (
        "goes with an extension",
        "create extension hstore; create extension citext; create table t (a int); create index i on t (a); create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger tr after insert on t for each row execute function f(); create materialized view m as select 1 as a; alter trigger tr on t depends on extension citext; alter index i depends on extension citext",
        "alter function f() depends on extension hstore; alter function f() depends on extension citext; alter materialized view m depends on extension hstore; alter index i depends on extension hstore; drop trigger tr on t; create trigger tr after insert on t for each row execute function f(); alter trigger tr on t depends on extension hstore",
    ),
    (
        "partitioned table",
        "",
        "create table p (id int not null, k text default 'x', constraint pk primary key (id), check (id > 0)) partition by range (id); create index ki on p (k); create table p1 partition of p for values from (1) to (10); create table p2 partition of p for values from (10) to (20) partition by list (id); create table p2a partition of p2 for values in (11, 12); create table pd partition of p default; comment on table p1 is 'p1'; alter table p1 alter k set default 'y'",
    ),
    (
        "partition",
        "create table p (id int primary key, k text) partition by range (id); create index on p (k); create table p1 partition of p for values from (1) to (10)",
        "create table p2 partition of p for values from (10) to (20); create table old (k text, id int not null, constraint oldpk primary key (id)); create index oldk on old (k); alter table p attach partition old for values from (20) to (30); drop table p1",
    ),
    (
        "partition detached",
        "create table p (id int primary key, k text) partition by range (id); create index on p (k); create table p1 partition of p for values from (1) to (10)",
        "alter table p detach partition p1",
    ),
    (
        "partition bounds",
        "create table p (id int, k text) partition by range (id); create table p1 partition of p for values from (1) to (10)",
        "alter table p detach partition p1; alter table p attach partition p1 for values from (1) to (20)",
    ),
    (
        "partitioned index",
        "create table p (id int, k text) partition by range (id); create table p1 partition of p for values from (1) to (10); create table p2 partition of p for values from (10) to (20)",
        "create index ki on p (k); alter table p add constraint pu unique (id); alter index p1_k_idx rename to other",
    ),
    (
        "partitioned column",
        "create table p (id int, k text) partition by range (id); create table p1 partition of p for values from (1) to (10)",
        "alter table p add column x int not null default 3; alter table p alter k type varchar(10); alter table p alter k set not null; alter table p drop column x; alter table p add column y int",
    ),
    (
        "partitioned foreign key",
        "create table r (id int primary key); create table p (id int, k int) partition by range (id); create table p1 partition of p for values from (1) to (10)",
        "alter table p add foreign key (k) references r",
    ),
    (
        "partitioned trigger",
        "create table p (id int, k int) partition by range (id); create table p1 partition of p for values from (1) to (10); create function f() returns trigger language plpgsql as $$begin return new; end$$",
        "create trigger tr after insert on p for each row execute function f()",
    ),
    (
        "table becomes partitioned",
        "create table p (id int)",
        "drop table p; create table p (id int) partition by range (id)",
    ),
    (
        "inheritance",
        "create table a (x int default 1, constraint c check (x > 0)); create table b (y int)",
        "create table ab (z int, x int default 2) inherits (a, b); create table ba () inherits (b, a)",
    ),
    (
        "inheritance changed",
        "create table a (x int, constraint c check (x > 0)); create table ab (x int, z int, constraint c check (x > 0)); create table ac (z int) inherits (a)",
        "alter table ab inherit a; alter table a add column y int default 4",
    ),
    ("replica identity", "create table t (a int)", "alter table t replica identity nothing"),
    (
        "statistics",
        "create table t (a int, b int)",
        "create statistics s (ndistinct, dependencies) on a, b from t; alter statistics s set statistics 50; comment on statistics s is 's'",
    ),
    (
        "publication",
        "create table t (a int primary key); create table u (a int); create publication q for table u",
        "create publication p for table t, u with (publish = 'insert, update'); create publication everything for all tables; alter publication q set (publish = 'delete'); alter publication q set table t",
    ),
    (
        "subscription",
        "",
        "create subscription s connection 'host=nowhere dbname=x' publication p, q with (connect = false, slot_name = 'sl', enabled = false)",
    ),
    (
        "subscription changed",
        "create subscription s connection 'host=nowhere dbname=x' publication p with (connect = false, slot_name = none)",
        "alter subscription s connection 'host=elsewhere'; alter subscription s set publication p, q with (refresh = false); alter subscription s set (binary = true)",
    ),
    (
        "foreign data wrapper",
        "",
        "create foreign data wrapper f options (a 'b'); create server s type 't' version 'v' foreign data wrapper f options (host 'x'); create user mapping for public server s options (u 'x'); create user mapping for dbm_reader server s; create foreign table ft (a int options (x 'y') not null, b text default 'z') server s options (t 'z'); grant usage on foreign server s to dbm_reader",
    ),
    (
        "foreign things changed",
        "create foreign data wrapper f options (a 'b', c 'd'); create server s version 'v' foreign data wrapper f options (host 'x'); create user mapping for public server s options (u 'x'); create foreign table ft (a int options (x 'y')) server s options (t 'z')",
        "alter foreign data wrapper f options (set a 'q', drop c, add e 'f'); alter server s version 'w' options (drop host); alter user mapping for public server s options (set u 'z'); alter foreign table ft options (add n '1'), alter a options (drop x), add b int",
    ),
    (
        "operator",
        "create function eq(int, text) returns bool language sql as 'select true'",
        "create operator === (leftarg = int, rightarg = text, function = eq, restrict = eqsel, join = eqjoinsel)",
    ),
    (
        "operator class",
        "create type c as (a int)",
        "create operator family fam using btree; create operator class opc for type int using btree family fam as operator 1 <, operator 3 =, function 1 btint4cmp(int, int); alter operator family fam using btree add operator 1 < (int4, int8), function 1 btint48cmp(int4, int8)",
    ),
    (
        "cast",
        "create type e as enum ('a'); create function f(e) returns int language sql immutable as 'select 1'",
        "create cast (e as int) with function f(e) as assignment; create cast (int as e) with inout",
    ),
    (
        "collation",
        "",
        "create collation c (provider = icu, locale = 'de-u-co-phonebk'); create collation n (provider = icu, locale = 'und', deterministic = false); create collation l from \"C\"; create table t (a text collate c)",
    ),
    (
        "text search",
        "",
        "create text search dictionary d (template = simple, stopwords = english); create text search configuration c (copy = english); alter text search configuration c alter mapping for asciiword with d, english_stem; alter text search configuration c drop mapping for email",
    ),
    (
        "text search changed",
        "create text search dictionary d (template = simple, stopwords = english); create text search configuration c (copy = simple)",
        "alter text search dictionary d (stopwords, accept = false); alter text search configuration c alter mapping for asciiword, word with d, simple; alter text search configuration c drop mapping for email",
    ),
    ("conversion", "", "create conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8"),
    (
        "transform",
        "create type e as enum ('a')",
        "create transform for e language sql (from sql with function varchar_support(internal))",
    ),
    (
        "language",
        "",
        "create language plx handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator; comment on language plx is 'x'",
    ),
    (
        "access method",
        "",
        "create access method am2 type table handler heap_tableam_handler; create table t (a int) using am2",
    ),
    (
        "settings",
        "do $$begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end$$",
        "do $$begin execute format('alter database %I set search_path = app, \"$user\"', current_database()); execute format('alter database %I reset work_mem', current_database()); execute format('alter role dbm_reader in database %I set timezone = ''Europe/Berlin''', current_database()); end$$",
    ),
    (
        "kinds swapped",
        "create table a (x int); create view b as select 1 as x; create sequence c; create index d on a (x)",
        "drop view b; drop table a; drop sequence c; create view a as select 1 as x; create table b (x int primary key); create table c (x int); create table d (x int)",
    ),
    (
        "names swapped",
        "create table a (x int); create table b (y text)",
        "alter table a rename to t; alter table b rename to a; alter table t rename to b",
    ),
    (
        "table renamed",
        "create table a (id serial primary key, x int check (x > 0)); create index on a (x); create view v as select id, x from a; create table c (a int references a); create function f() returns setof a language sql as 'select * from public.a'; create policy p on a using (x > 1); comment on table a is 'a'",
        "alter table a rename to b; create or replace function f() returns setof b language sql as 'select * from public.b'",
    ),
    (
        "table renamed and changed",
        "create table a (id int primary key, x int)",
        "alter table a rename to b; alter table b add column y text, alter x set not null; alter table b rename constraint a_pkey to b_key",
    ),
    (
        "column renamed",
        "create table t (id int, x int check (x > 0) default 3, y int); create index on t (x, (x + 1)) where x > 3; create view v as select id, x from t; create policy p on t using (x > 1); alter table t add unique (x); create table c (a int references t (x)); create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger tr before update of x on t for each row when (new.x > 1) execute function f(); create statistics s on x, y from t; alter table t add column g int generated always as (x + 1) stored; grant select (x) on t to dbm_reader",
        "alter table t rename x to z",
    ),
    (
        "column of a partitioned table renamed",
        "create table p (id int primary key, k text check (k <> '')) partition by range (id); create index on p (k); create table p1 partition of p for values from (1) to (10)",
        "alter table p rename k to l; alter table p rename to q",
    ),
    (
        "other things renamed",
        "create schema app; create table app.t (id int constraint pk primary key, x int constraint ch check (x > 0)); create index i on app.t (x); create sequence app.s; create function app.f(int) returns int language sql as 'select 1'; create type app.e as enum ('a'); create domain app.d as int check (value > 0); create table app.u (e app.e, d app.d default 1); create view app.v as select id, app.f(id) from app.t; create function app.tf() returns trigger language plpgsql as $$begin return new; end$$; create trigger tr before insert on app.t for each row execute function app.tf(); create policy p on app.t using (true); create type app.c as (a int, b text); create materialized view app.m as select 1 as a",
        "alter table app.t rename constraint pk to pk2; alter table app.t rename constraint ch to ch2; alter index app.i rename to i2; alter sequence app.s rename to s2; alter function app.f rename to f2; alter type app.e rename to e2; alter domain app.d rename to d2; alter view app.v rename to v2; alter trigger tr on app.t rename to tr2; alter policy p on app.t rename to p2; alter type app.c rename attribute b to b2; alter materialized view app.m rename to m2; alter table app.t rename to t2",
    ),
    (
        "schema renamed",
        "create schema app; create table app.t (id serial primary key, x int check (x > 0)); create index i on app.t (x); create view app.v as select id from app.t; create extension hstore schema app; create type app.e as enum ('a'); create table u (e app.e, h app.hstore); create function app.f() returns int language sql as 'select 1'; alter default privileges in schema app grant select on tables to dbm_reader; grant usage on schema app to dbm_reader",
        "alter schema app rename to other",
    ),
    (
        "schema public renamed",
        "create table t (id serial primary key); create function f() returns int language sql as 'select 1'; comment on schema public is 'ours'",
        "alter schema public rename to ours",
    ),
    (
        "moved to another schema",
        "create schema app; create table t (id serial primary key, x int); create index i on t (x); create view v as select id from t; create type e as enum ('a'); create table u (e e); create function f() returns int language sql as 'select 1'",
        "alter table t set schema app; alter view v set schema app; alter type e set schema app; alter function f set schema app",
    ),
    (
        "columns exchanged",
        "create table t (a int, b int); create index on t (a)",
        "alter table t rename a to c; alter table t rename b to a; alter table t rename c to b",
    ),
    (
        "column that a view uses",
        "create table t (a int); create view v as select a from t",
        "alter table t add b int; create or replace view v as select a, b from t; create view w as select b from v; create index on t (b); create function f() returns setof w language sql as 'select * from w'",
    ),
    (
        "foreign key to a partitioned table",
        "create table p (id int primary key) partition by range (id); create table p1 partition of p for values from (1) to (9)",
        "create table c (id int references p); create table p2 partition of p for values from (9) to (20)",
    ),
    (
        "things of extensions",
        "",
        "create extension \"uuid-ossp\"; create extension btree_gist; create table t (id uuid default uuid_generate_v4() primary key, r int4range, k int, exclude using gist (k with =, r with &&)); create index on t using gist (k gist_int4_ops)",
    ),
    (
        "function of a view in a default",
        "create table t (a int, b text)",
        "create view v as select a from t; create function f() returns bigint language sql stable as 'select count(*) from public.v'; create table u (n bigint default f(), check (f() >= 0)); create view w as select n, f() from u",
    ),
    (
        "enum in domain",
        "create type e as enum ('a','b'); create domain d as e check (value <> 'b'); create table t (x d default 'a', y e[])",
        "alter type e add value 'c'",
    ),
    (
        "column of a new type",
        "create table t (x text)",
        "create type e as enum ('a','b'); alter table t alter x type e using x::e; alter table t alter x set default 'a'; create index on t (x) where x = 'b'",
    ),
    (
        "index without those of the partitions",
        "create table p (id int not null, k int, primary key (id, k)) partition by range (k); create table p1 partition of p for values from (1) to (9); create index on p1 (id)",
        "alter table p alter id type bigint; alter table p1 add constraint u unique (id); create index onlyp on only p (id)",
    ),
    (
        "generated column with an index",
        "create table t (a text, s tsvector generated always as (to_tsvector('english', a)) stored); create index i on t using gin (s); create view v as select s from t",
        "drop view v; alter table t drop s; alter table t add s tsvector generated always as (to_tsvector('simple', a)) stored; create index i on t using gin (s)",
    ),
    (
        "primary key of more columns",
        "create table p (a int primary key, b int not null); create table c (x int references p on delete cascade)",
        "alter table c drop constraint c_x_fkey; alter table p drop constraint p_pkey; alter table p add primary key (a, b); alter table c add y int; alter table c add foreign key (x, y) references p",
    ),
    (
        "trigger disabled on a partition",
        "create table p (id int) partition by range (id); create table p1 partition of p for values from (1) to (9); create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger tr after insert on p for each row execute function f()",
        "alter table p1 disable trigger tr; create trigger t2 after update on p for each row execute function f(); alter table p disable trigger t2",
    ),
    (
        "identity renamed",
        "create table t (id int generated always as identity)",
        "alter sequence t_id_seq rename to other; alter table t rename id to ident",
    ),
    (
        "serial to identity",
        "create table t (id serial primary key)",
        "alter table t alter id drop default; drop sequence t_id_seq; alter table t alter id add generated by default as identity",
    ),
    (
        "int serial to bigint",
        "create table t (id serial primary key); create view v as select id from t; create table c (t int references t)",
        "drop view v; alter table t alter id type bigint; alter sequence t_id_seq as bigint; alter table c alter t type bigint; create view v as select id from t",
    ),
    (
        "function with other arguments",
        "create function f(a int) returns int language sql as 'select 1'; create view v as select f(1)",
        "drop view v; drop function f(int); create function f(a int, b int default 2) returns int language sql as 'select 1'; create view v as select f(1)",
    ),
    (
        "function without its default",
        "create function f(a int, b int default 2) returns int language sql as 'select 1'; create view v as select f(1)",
        "drop view v; drop function f; create function f(a int, b int) returns int language sql as 'select 1'; create view v as select f(1, 2)",
    ),
    (
        "options of a table",
        "create table t (a int primary key using index tablespace pg_default) with (autovacuum_enabled = off)",
        "alter table t set (autovacuum_enabled = on)",
    ),
    (
        "composite type that is used",
        "create type c as (a int, b text); create function f(c) returns int language sql as 'select 1'; create table t (x c, y c[])",
        "alter type c add attribute d int; create function g() returns c language sql as 'select null::public.c'",
    ),
    (
        "rule and view chain",
        "create table t (a int, b int); create view a1 as select a, b from t; create view b1 as select a from a1; create view c1 as select a from b1; create rule r as on insert to c1 do instead insert into t (a) values (new.a); grant select on c1 to dbm_reader; create materialized view d1 as select a from c1; create unique index on d1 (a)",
        "drop view a1 cascade; alter table t alter a type numeric(10,2); create view a1 as select a, b from t",
    ),
    (
        "range with a multirange of another name",
        "create type r as range (subtype = text, collation = \"C\", multirange_type_name = mr); create table t (a r, b mr)",
        "alter table t drop b",
    ),
    (
        "default of a parent only",
        "create table p (id int, k text default 'a') partition by range (id); create table p1 partition of p for values from (1) to (9); create table p2 partition of p for values from (9) to (19)",
        "alter table only p alter k set default 'b'; alter table p2 alter k drop default",
    ),
    (
        "things that use each other",
        "create type mood as enum ('sad', 'ok'); create table p (id serial primary key, m mood default 'ok'); create function low(mood) returns bool language sql immutable as $$select $1 = 'sad'::public.mood$$; create view sad as select id from p where low(m); create materialized view counted as select count(*) as n from sad; create index on p (low(m))",
        "drop materialized view counted; drop view sad; drop index p_low_idx; drop function low; drop table p; drop type mood",
    ),
];
