SELECT 1;
SELECT 2 -- and; a comment