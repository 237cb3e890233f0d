-- The default roles, the permissions for users and roles, and all of these granted to admin.
-- What is there already stays as it is. To adapt: the application's own resources, and what user and
-- moderator may do.

INSERT INTO roles (name, description) VALUES
    ('admin', 'May do everything.'),
    ('user', 'Has an account.'),
    ('moderator', 'Looks after what others write.')
ON CONFLICT (name) DO NOTHING;

INSERT INTO permissions (resource, action, description) VALUES
    ('users', 'create', 'Create accounts.'),
    ('users', 'read', 'See accounts.'),
    ('users', 'update', 'Change accounts.'),
    ('users', 'delete', 'Delete accounts.'),
    ('roles', 'create', 'Create roles.'),
    ('roles', 'read', 'See roles, and who has them.'),
    ('roles', 'update', 'Change roles, and who has them.'),
    ('roles', 'delete', 'Delete roles.')
ON CONFLICT (resource, action) DO NOTHING;

INSERT INTO role_permissions (role_id, permission_id)
SELECT roles.id, permissions.id
FROM roles CROSS JOIN permissions
WHERE roles.name = 'admin' AND permissions.resource IN ('users', 'roles')
ON CONFLICT (role_id, permission_id) DO NOTHING;
