-- Drops the triggers and their function. The times that they have set stay.

DROP TRIGGER hardware_background_updated_at ON hardware_background;
DROP TRIGGER software_background_updated_at ON software_background;
DROP TRIGGER sessions_updated_at ON sessions;
DROP TRIGGER users_updated_at ON users;
DROP FUNCTION update_updated_at_column();
