CREATE TABLE penguins (species VARCHAR, island VARCHAR, bill_length_mm DOUBLE, bill_depth_mm DOUBLE, flipper_length_mm BIGINT, body_mass_g BIGINT, sex VARCHAR, year BIGINT);
INSERT INTO penguins
SELECT species, island,
       base_bill + (i * 7 % 50) / 10.0, base_depth + (i * 3 % 20) / 10.0,
       flipper + (i * 5 % 17), CASE WHEN i % 29 = 4 THEN NULL ELSE mass + (i * 37 % 23) * 25 END,
       CASE WHEN i % 13 = 5 THEN NULL WHEN i % 2 = 0 THEN 'female' ELSE 'male' END, 2007 + i * 7919 % 1009 % 3
FROM (
  SELECT i, CASE WHEN i % 5 < 2 THEN 'Adelie' WHEN i % 5 < 4 THEN 'Gentoo' ELSE 'Chinstrap' END AS species,
         CASE WHEN i % 5 < 2 THEN ['Torgersen', 'Biscoe', 'Dream', 'Dream'][i % 4 + 1] WHEN i % 5 < 4 THEN 'Biscoe' ELSE 'Dream' END AS island,
         CASE WHEN i % 5 < 2 THEN 37 ELSE 46 END AS base_bill, CASE WHEN i % 5 IN (2, 3) THEN 14 ELSE 17.5 END AS base_depth,
         CASE WHEN i % 5 IN (2, 3) THEN 208 ELSE 186 END AS flipper, CASE WHEN i % 5 IN (2, 3) THEN 4700 ELSE 3400 END AS mass
  FROM range(97) t(i));
