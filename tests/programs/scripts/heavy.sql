-- For the bench: bulk inserts, indices, sorts and joins in memory.
CREATE TABLE t(a INTEGER PRIMARY KEY, b INT, c TEXT);
BEGIN;
INSERT INTO t SELECT value, value * 7919 % 100003, printf('%08x-%d', value * 2654435761 % 4294967296, value)
  FROM generate_series(1, 200000);
COMMIT;
CREATE INDEX tb ON t(b);
CREATE INDEX tc ON t(c);
SELECT count(*), sum(b), min(c), max(c) FROM t;
SELECT sum(x.b * y.a % 1000) FROM t x JOIN t y ON y.b = x.a % 100003 WHERE x.a < 120000;
SELECT substr(c, 1, 2) AS prefix, count(*), sum(length(c)) FROM t GROUP BY prefix ORDER BY 2 DESC, 1 LIMIT 5;
UPDATE t SET c = upper(c) || b WHERE b % 3 = 0;
DELETE FROM t WHERE b % 5 = 0;
SELECT count(*), sum(length(c)), sum(instr(c, 'F') > 0) FROM t WHERE c LIKE '%A%';
SELECT b, c, row_number() OVER (ORDER BY c DESC) FROM t ORDER BY b DESC, a LIMIT 3;
