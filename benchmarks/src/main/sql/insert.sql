\set number random(1, 99999999)
INSERT INTO t (v) VALUES ('value-' || :number || '-abcdefghijklmnopqrstuvwxyz0123456789');
