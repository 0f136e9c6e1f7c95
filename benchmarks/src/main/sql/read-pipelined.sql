\set id0 random(1, 100000)
\set id1 random(1, 100000)
\set id2 random(1, 100000)
\set id3 random(1, 100000)
\set id4 random(1, 100000)
\set id5 random(1, 100000)
\set id6 random(1, 100000)
\set id7 random(1, 100000)
\startpipeline
SELECT v FROM p WHERE id = :id0;
SELECT v FROM p WHERE id = :id1;
SELECT v FROM p WHERE id = :id2;
SELECT v FROM p WHERE id = :id3;
SELECT v FROM p WHERE id = :id4;
SELECT v FROM p WHERE id = :id5;
SELECT v FROM p WHERE id = :id6;
SELECT v FROM p WHERE id = :id7;
\endpipeline
