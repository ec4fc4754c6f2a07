CREATE TABLE members (member_id BIGINT, full_name VARCHAR, city VARCHAR, joined DATE);
INSERT INTO members VALUES (1, 'Ana Duarte', 'Lisbon', '2019-02-03'), (2, 'Ben Okafor', 'Porto', '2020-05-19'), (3, 'Chen Wei', 'Lisbon', '2020-09-30'),
 (4, 'Dora Klein', 'Braga', '2021-01-11'), (5, 'Emil Novak', 'Porto', '2022-03-08'), (6, 'Farah Haddad', 'Lisbon', '2023-06-21'), (7, 'Gil Santos', 'Braga', '2024-01-02');
CREATE TABLE books (book_id BIGINT, title VARCHAR, author VARCHAR, genre VARCHAR, pages BIGINT, published BIGINT);
INSERT INTO books VALUES (1, 'The Quiet Harbour', 'Ida Berg', 'Novel', 312, 1998), (2, 'Salt and Stone', 'Ida Berg', 'Poetry', 96, 2004), (3, 'A Short History of Ink', 'Paul Reyes', 'History', 420, 2011),
 (4, 'Night Trains', 'Mina Sato', 'Novel', 268, 2015), (5, 'Maps of the North', 'Paul Reyes', 'History', 510, 2018), (6, 'The Glass Orchard', 'Lena Fischer', 'Novel', 355, 2020), (7, 'Small Machines', 'Mina Sato', 'Science', 280, 2021),
 (8, 'Tides', 'Lena Fischer', 'Science', 198, 2016);
CREATE TABLE loans (loan_id BIGINT, member_id BIGINT, book_id BIGINT, borrowed_on DATE, returned_on DATE, fine_eur DOUBLE);
INSERT INTO loans
SELECT i, m, b, d, CASE WHEN i % 7 = 3 THEN NULL ELSE d + CAST(7 + i * 5 % 30 AS INTEGER) END, CASE WHEN i * 5 % 30 > 20 THEN (i * 5 % 30 - 20) * 0.75 ELSE 0 END
FROM (SELECT i, 1 + i * 7919 % 1009 % 6 AS m, 1 + i * 104729 % 1013 % 7 AS b, DATE '2023-01-10' + CAST(i * 9 AS INTEGER) AS d FROM range(1, 61) t(i));
