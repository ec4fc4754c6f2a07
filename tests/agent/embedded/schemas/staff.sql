CREATE TABLE departments (dept_id BIGINT, name VARCHAR, floor BIGINT);
INSERT INTO departments VALUES (1, 'Engineering', 3), (2, 'Sales', 1), (3, 'Support', 1), (4, 'Legal', 4);
CREATE TABLE employees (emp_id BIGINT, name VARCHAR, dept_id BIGINT, job_title VARCHAR, salary BIGINT, hired_on DATE, remote BOOLEAN);
INSERT INTO employees VALUES (1, 'Ines', 1, 'Engineer', 71000, '2019-04-01', TRUE), (2, 'Jonas', 1, 'Engineer', 68000, '2021-08-15', FALSE), (3, 'Kira', 1, 'Architect', 92000, '2017-01-09', TRUE),
 (4, 'Liam', 2, 'Account manager', 56000, '2020-02-17', FALSE), (5, 'Mona', 2, 'Account manager', 59500, '2022-05-30', FALSE), (6, 'Nils', 2, 'Analyst', 52000, '2023-03-13', TRUE),
 (7, 'Olga', 3, 'Agent', 39000, '2021-11-22', FALSE), (8, 'Pavel', 3, 'Agent', 41000, '2018-07-02', FALSE), (9, 'Rita', 3, 'Analyst', 48000, '2023-10-10', TRUE);
