-- Drops the usage records, with all their partitions, indexes and their sequence.

DROP TABLE usage_records;
