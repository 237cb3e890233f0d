-- Drops the background in hardware.

DROP TABLE hardware_background;
