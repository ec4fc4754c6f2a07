"""What analysts ask of a database."""

from __future__ import annotations

import pytest

from surefoot.tools import Workspace

HONEST = (
    "SELECT count(*) FROM orders",
    "SELECT city, count(*) AS n, round(avg(amount), 2) AS mean FROM orders JOIN customers "
    "ON orders.customer_id = customers.id GROUP BY city HAVING count(*) > 1 ORDER BY n DESC, 1",
    "SELECT * FROM customers WHERE id NOT IN (SELECT customer_id FROM orders) ORDER BY id LIMIT 5",
    "SELECT c.name, (SELECT max(amount) FROM orders o WHERE o.customer_id = c.id) AS best "
    "FROM customers c ORDER BY best DESC NULLS LAST LIMIT 3 OFFSET 1",
    "SELECT date_trunc('month', day) AS month, sum(amount) FROM orders GROUP BY ALL ORDER BY ALL",
    "SELECT day, sum(amount) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week, "
    "lag(amount, 1, 0) OVER (ORDER BY day) AS previous FROM orders ORDER BY day LIMIT 10",
    "SELECT * FROM orders QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY amount "
    "DESC) = 1",
    "SELECT customer_id, rank() OVER w, ntile(4) OVER w FROM orders WINDOW w AS (ORDER BY amount)",
    "WITH totals AS (SELECT customer_id, sum(amount) AS total FROM orders GROUP BY 1), "
    "best AS (SELECT max(total) AS top FROM totals) SELECT t.* FROM totals t, best "
    "WHERE total = top",
    "WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib WHERE b < 100) "
    "SELECT a FROM fib",
    "PIVOT customers ON city IN ('Oslo', 'Rome') USING count(*)",
    "SELECT * FROM (SELECT city, id FROM customers) PIVOT (count(id) FOR city IN ('Oslo', 'Rome'))",
    "UNPIVOT (SELECT id, amount, customer_id::DOUBLE AS c FROM orders) ON amount, c INTO NAME k "
    "VALUE v",
    "SELECT strftime(day, '%Y-%m') AS m, median(amount), quantile_cont(amount, 0.9), "
    "stddev(amount) FROM orders GROUP BY m",
    "SELECT day + INTERVAL 1 MONTH, datediff('day', day, DATE '2025-01-01'), "
    "extract(dow FROM day), dayname(day), last_day(day) FROM orders LIMIT 1",
    "SELECT CASE WHEN amount > 50 THEN 'high' WHEN amount > 10 THEN 'mid' ELSE 'low' END AS band, "
    "count(*) FILTER (WHERE customer_id = 1) FROM orders GROUP BY band",
    "SELECT json_extract_string('{\"a\": [1, 2]}', '$.a[0]'), '{\"a\": 1}'::JSON ->> 'a', "
    "to_json({'x': 1})",
    "SELECT list_transform([1, 2, 3], x -> x * 2), [x FOR x IN [1, 2, 3] IF x > 1], "
    "list_filter(string_split('a,b', ','), lambda s: s <> 'a')",
    "SELECT city, string_agg(name, ', ' ORDER BY name), list(DISTINCT id) FROM customers "
    "GROUP BY city",
    "SELECT coalesce(nullif(trim(upper(name)), ''), 'none'), lpad(id::VARCHAR, 5, '0'), "
    "printf('%.2f', id / 3), name ILIKE '%a%', name SIMILAR TO 'A.*', regexp_extract(name, '\\w+') "
    "FROM customers",
    "SELECT city, grouping(city), count(*) FROM customers GROUP BY GROUPING SETS ((city), ())",
    "SELECT DISTINCT ON (customer_id) customer_id, day FROM orders ORDER BY customer_id, day DESC",
    "(SELECT city FROM customers UNION SELECT 'x') EXCEPT SELECT 'y' INTERSECT SELECT 'z'",
    "SELECT d.day, o.amount FROM (SELECT unnest([DATE '2024-01-02', DATE '2024-02-02']) AS day) d "
    "ASOF LEFT JOIN orders o ON d.day >= o.day",
    "SELECT * EXCLUDE (name) REPLACE (upper(city) AS city), COLUMNS('na.*') FROM customers",
    "FROM orders SELECT corr(amount, id), regr_slope(amount, id), approx_count_distinct(id)",
    "SELECT generate_series AS day, count(orders.id) FROM generate_series(TIMESTAMP '2024-01-01', "
    "TIMESTAMP '2024-01-05', INTERVAL 1 DAY) LEFT JOIN orders ON day = generate_series GROUP BY 1",
    "SUMMARIZE orders",
    "DESCRIBE orders",
    "SELECT a.name, b.name FROM customers a SEMI JOIN orders o ON a.id = o.customer_id "
    "CROSS JOIN LATERAL (SELECT name FROM customers WHERE city = a.city LIMIT 1) b;",
    "SELECT TRY_CAST('x' AS INTEGER), CAST('1.5' AS DECIMAL(4, 1)), 7 // 2, 2 ** 3, 5 % 3, 1e3, "
    "true AND NOT false, 1 BETWEEN 0 AND 2, NULL IS NOT DISTINCT FROM NULL -- done",
)


@pytest.mark.anyio
async def test_analytic_queries_are_let_through_and_run(workspace: Workspace) -> None:
    for sql in HONEST:
        await workspace.inspect(sql)
        result = await workspace.query(sql)
        assert result.columns, sql
