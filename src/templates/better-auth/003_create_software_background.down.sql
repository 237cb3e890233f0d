-- Drops the background in software.

DROP TABLE software_background;
