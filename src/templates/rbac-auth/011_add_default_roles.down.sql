-- Deletes the default roles and permissions. What is granted to them, and who has them, goes too.

DELETE FROM permissions WHERE (resource, action) IN (
    ('users', 'create'), ('users', 'read'), ('users', 'update'), ('users', 'delete'),
    ('roles', 'create'), ('roles', 'read'), ('roles', 'update'), ('roles', 'delete')
);

DELETE FROM roles WHERE name IN ('admin', 'user', 'moderator');

-- The next ids are again those from before.
SELECT setval('permissions_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM permissions), false),
       setval('roles_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM roles), false);
