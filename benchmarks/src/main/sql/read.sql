\set id random(1, 100000)
SELECT v FROM p WHERE id = :id;
