CREATE TABLE customers (id BIGINT, name VARCHAR, country VARCHAR, segment VARCHAR, email VARCHAR, joined_on DATE, newsletter BOOLEAN);
INSERT INTO customers VALUES
 (1, 'Acme', 'Germany', 'Enterprise', 'mail@acme.test', '2019-03-01', TRUE), (2, 'Globex', 'France', 'Consumer', NULL, '2020-07-15', FALSE),
 (3, 'Initech', 'Spain', 'Enterprise', 'hello@initech.test', '2021-01-20', TRUE), (4, 'Umbrella', 'Spain', 'Small business', 'info@umbrella.test', '2021-11-05', FALSE),
 (5, 'Hooli', 'Italy', 'Consumer', 'hi@hooli.test', '2022-02-10', TRUE), (6, 'Wonka', 'France', 'Enterprise', NULL, '2022-06-30', FALSE),
 (7, 'Stark', 'Germany', 'Small business', 'it@stark.test', '2023-04-12', TRUE), (8, 'Wayne', 'Italy', 'Consumer', 'bw@wayne.test', '2023-09-09', FALSE);
CREATE TABLE products (id BIGINT, name VARCHAR, category VARCHAR, price DOUBLE);
INSERT INTO products VALUES
 (1, 'Desk', 'Furniture', 250), (2, 'Chair', 'Furniture', 120), (3, 'Lamp', 'Furniture', 35), (4, 'Laptop', 'Electronics', 990), (5, 'Monitor', 'Electronics', 310),
 (6, 'Mouse', 'Electronics', 25), (7, 'Pen', 'Stationery', 2), (8, 'Notebook', 'Stationery', 6), (9, 'Globe', 'Stationery', 48);
CREATE TABLE orders (id BIGINT, customer_id BIGINT, product_id BIGINT, quantity BIGINT, amount DOUBLE, order_date DATE, shipped BOOLEAN);
INSERT INTO orders
SELECT i, c, p, q, q * price, DATE '2023-01-05' + CAST(i * 11 % 700 AS INTEGER), i % 6 <> 0
FROM (SELECT i, 1 + i * 7919 % 1009 % 7 AS c, 1 + i * 104729 % 1013 % 8 AS p, 1 + i * 7 % 6 AS q FROM range(1, 121) t(i)) JOIN products ON products.id = p;
