-- The check has changed nothing.

SELECT 'nothing to take back';
