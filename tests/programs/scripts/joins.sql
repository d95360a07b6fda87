-- Joins, aggregates, subqueries, windows, recursive queries, text functions; all in memory.
CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE book(id INTEGER PRIMARY KEY, author INTEGER REFERENCES author(id), title TEXT, year INT, price REAL);
INSERT INTO author SELECT value, printf('author %03d', value) FROM generate_series(1, 50);
INSERT INTO book
  SELECT value, 1 + value * 7 % 60, 'book ' || value, 1950 + value * 13 % 70, round(value * 37 % 1000 / 10.0, 2)
  FROM generate_series(1, 2000);
CREATE INDEX book_author ON book(author);
CREATE INDEX book_year ON book(year, price DESC);
SELECT count(*), sum(price), min(year), max(title) FROM book;
SELECT a.name, count(b.id) AS books, round(avg(b.price), 3)
  FROM author a LEFT JOIN book b ON b.author = a.id GROUP BY a.id HAVING books > 30 ORDER BY books DESC, 1 LIMIT 5;
SELECT count(*) FROM book WHERE author NOT IN (SELECT id FROM author);
SELECT year, title, price, rank() OVER (PARTITION BY year ORDER BY price DESC) AS place
  FROM book WHERE year BETWEEN 1960 AND 1962 ORDER BY year, place, title LIMIT 9;
WITH RECURSIVE fib(n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM fib WHERE n < 60)
  SELECT n, a FROM fib WHERE n % 20 = 0;
SELECT group_concat(name, '; ') FROM (SELECT name FROM author WHERE name GLOB '*[05]' ORDER BY name DESC LIMIT 4);
SELECT json_extract('{"a":[1,{"b":"deep"}]}', '$.a[1].b'), hex(zeroblob(4)), quote('it''s'), 7 / 2, 7 / 2.0, -7 % 3;
SELECT printf('%.10f', sqrt(2)), round(exp(1), 12), 9007199254740993, 1e308 * 10, typeof(1 + '2');
EXPLAIN QUERY PLAN SELECT title FROM book WHERE author = 3 AND year = 1990;
SELECT x.year, count(*) FROM book x JOIN book y ON x.year = y.year AND x.id < y.id GROUP BY 1 ORDER BY 1 LIMIT 3;
