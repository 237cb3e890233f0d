CREATE TABLE "a;b" ("c""d;" int, "--" int, "/*" int, "'" int, "$$" int);
INSERT INTO "a;b" VALUES (1, 2, 3, 4, 5);
SELECT "c""d;", "--", "/*", "'", "$$" FROM "a;b";
DROP TABLE "a;b";
