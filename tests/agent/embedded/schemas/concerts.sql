CREATE TABLE venues (venue_id BIGINT, name VARCHAR, city VARCHAR, capacity BIGINT);
INSERT INTO venues VALUES (1, 'Harbour Hall', 'Hamburg', 900), (2, 'Old Mill', 'Bremen', 300), (3, 'Glass House', 'Hamburg', 1500), (4, 'Cellar', 'Berlin', 120), (5, 'Green Stage', 'Berlin', 2500);
CREATE TABLE artists (artist_id BIGINT, name VARCHAR, genre VARCHAR, founded BIGINT, website VARCHAR);
INSERT INTO artists VALUES (1, 'Blue Herons', 'Jazz', 1998, 'herons.test'), (2, 'Nightcrawl', 'Rock', 2007, NULL), (3, 'Marta Lund', 'Folk', 2015, 'lund.test'), (4, 'Static Bloom', 'Rock', 2011, 'bloom.test'), (5, 'Quartet Nine', 'Jazz', 1989, NULL), (6, 'Paper Kites', 'Folk', 2020, 'kites.test');
CREATE TABLE concerts (concert_id BIGINT, artist_id BIGINT, venue_id BIGINT, held_on DATE, tickets_sold BIGINT, ticket_price_eur DOUBLE, cancelled BOOLEAN);
INSERT INTO concerts
SELECT i, 1 + i * 7919 % 1009 % 5, 1 + i * 104729 % 1013 % 4, DATE '2022-01-15' + CAST(i * 17 AS INTEGER), 80 + i * 613 % 811, 15 + i * 389 % 40, i % 11 = 4
FROM range(1, 61) t(i);
