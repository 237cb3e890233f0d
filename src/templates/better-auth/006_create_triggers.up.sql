-- Keeps updated_at on all four tables.

CREATE FUNCTION update_updated_at_column() RETURNS trigger AS $$
BEGIN
    -- Unlike now(), it moves on within a transaction.
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER users_updated_at BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
CREATE TRIGGER sessions_updated_at BEFORE UPDATE ON sessions
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
CREATE TRIGGER software_background_updated_at BEFORE UPDATE ON software_background
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
CREATE TRIGGER hardware_background_updated_at BEFORE UPDATE ON hardware_background
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

COMMENT ON FUNCTION update_updated_at_column() IS 'Trigger: sets updated_at to the time of the change.';
