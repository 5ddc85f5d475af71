using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.Postgres
{
    // Written by hand. What the portal itself does to the log (numbering, erasing, emptying, removing what was emptied) is let through, everything else refused.
    // Who may alter tables can take this away; then the seals tell.
    public partial class ProtectAuditLog : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'the audit log may not be changed';
                END $$;
                """);
            migrationBuilder.Sql("""
                CREATE FUNCTION audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE pruned boolean;
                BEGIN
                    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.audit_seals WHERE stream = $1 AND seal_id = $2 AND pruned_by_event_id IS NOT NULL)', TG_TABLE_SCHEMA) INTO pruned USING OLD.stream, OLD.seal_id;
                    IF OLD.stubbed_by_event_id IS NULL OR NOT pruned THEN
                        RAISE EXCEPTION 'the audit log may not be changed';
                    END IF;
                    RETURN OLD;
                END $$;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_events_update BEFORE UPDATE ON audit_events FOR EACH ROW WHEN (
                    NEW.id IS DISTINCT FROM OLD.id OR NEW.utc_microseconds IS DISTINCT FROM OLD.utc_microseconds
                    OR (OLD.leaf IS NOT NULL AND (NEW.stream IS DISTINCT FROM OLD.stream OR NEW.leaf IS DISTINCT FROM OLD.leaf))
                    OR (OLD.seq IS NOT NULL AND (NEW.seq IS DISTINCT FROM OLD.seq OR NEW.seal_id IS DISTINCT FROM OLD.seal_id))
                    OR (OLD.stubbed_by_event_id IS NOT NULL AND NEW.stubbed_by_event_id IS DISTINCT FROM OLD.stubbed_by_event_id)
                    OR (OLD.leaf IS NOT NULL AND NEW.stubbed_by_event_id IS NULL AND (NEW.actor_commitment IS DISTINCT FROM OLD.actor_commitment OR NEW.target_commitment IS DISTINCT FROM OLD.target_commitment OR NEW.leaf_mac IS DISTINCT FROM OLD.leaf_mac))
                    OR (NEW.stubbed_by_event_id IS NULL AND (NEW.actor_kind IS DISTINCT FROM OLD.actor_kind OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.impersonator_id IS DISTINCT FROM OLD.impersonator_id OR NEW.action IS DISTINCT FROM OLD.action OR NEW.category IS DISTINCT FROM OLD.category OR NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.target_id IS DISTINCT FROM OLD.target_id OR NEW.session_id IS DISTINCT FROM OLD.session_id OR NEW.correlation_id IS DISTINCT FROM OLD.correlation_id))
                    OR (OLD.leaf IS NOT NULL AND NEW.actor_salt IS NOT NULL AND (NEW.actor_salt IS DISTINCT FROM OLD.actor_salt OR NEW.actor_name IS DISTINCT FROM OLD.actor_name OR NEW.impersonator_name IS DISTINCT FROM OLD.impersonator_name OR NEW.address IS DISTINCT FROM OLD.address))
                    OR (OLD.leaf IS NOT NULL AND NEW.target_salt IS NOT NULL AND (NEW.target_salt IS DISTINCT FROM OLD.target_salt OR NEW.target_name IS DISTINCT FROM OLD.target_name OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.changes IS DISTINCT FROM OLD.changes))
                    OR (OLD.leaf IS NULL AND (NEW.actor_name IS DISTINCT FROM OLD.actor_name OR NEW.impersonator_name IS DISTINCT FROM OLD.impersonator_name OR NEW.address IS DISTINCT FROM OLD.address OR NEW.target_name IS DISTINCT FROM OLD.target_name OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.changes IS DISTINCT FROM OLD.changes))
                    OR (NEW.actor_salt IS NULL AND OLD.leaf IS NOT NULL AND (NEW.actor_name IS DISTINCT FROM OLD.actor_name OR NEW.impersonator_name IS DISTINCT FROM OLD.impersonator_name OR NEW.address IS DISTINCT FROM OLD.address) AND coalesce(NEW.actor_name, '') || coalesce(NEW.impersonator_name, '') || coalesce(NEW.address, '') <> '')
                    OR (NEW.target_salt IS NULL AND OLD.leaf IS NOT NULL AND (NEW.target_name IS DISTINCT FROM OLD.target_name OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.changes IS DISTINCT FROM OLD.changes) AND coalesce(NEW.target_name, '') || coalesce(NEW.reason, '') || coalesce(NEW.changes, '') <> '')
                    OR (NEW.stubbed_by_event_id IS NOT NULL AND (NEW.seq IS NULL OR NEW.actor_salt IS NOT NULL OR NEW.target_salt IS NOT NULL OR NEW.actor_name <> '' OR NEW.action <> '' OR NEW.actor_commitment IS NOT NULL OR NEW.target_commitment IS NOT NULL
                        OR coalesce(NEW.impersonator_name, NEW.address, NEW.target_name, NEW.reason, NEW.changes, NEW.correlation_id) IS NOT NULL OR coalesce(NEW.actor_id, NEW.impersonator_id, NEW.target_id, NEW.session_id) IS NOT NULL))
                ) EXECUTE FUNCTION audit_refuse();
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_seals_update BEFORE UPDATE ON audit_seals FOR EACH ROW WHEN (
                    NEW.stream IS DISTINCT FROM OLD.stream OR NEW.seal_id IS DISTINCT FROM OLD.seal_id OR NEW.first_seq IS DISTINCT FROM OLD.first_seq OR NEW.row_count IS DISTINCT FROM OLD.row_count OR NEW.min_utc_microseconds IS DISTINCT FROM OLD.min_utc_microseconds OR NEW.max_utc_microseconds IS DISTINCT FROM OLD.max_utc_microseconds OR NEW.root IS DISTINCT FROM OLD.root OR NEW.previous_hash IS DISTINCT FROM OLD.previous_hash OR NEW.sealed_utc_microseconds IS DISTINCT FROM OLD.sealed_utc_microseconds OR NEW.key_id IS DISTINCT FROM OLD.key_id OR NEW.hash IS DISTINCT FROM OLD.hash OR NEW.signature IS DISTINCT FROM OLD.signature OR OLD.pruned_by_event_id IS NOT NULL OR NEW.pruned_by_event_id IS NULL
                ) EXECUTE FUNCTION audit_refuse();
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_seals_delete BEFORE DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_refuse();
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_events_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_seals_truncate BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
                """);
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER audit_events_update ON audit_events;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_events_delete ON audit_events;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_seals_update ON audit_seals;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_seals_delete ON audit_seals;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_events_truncate ON audit_events;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_seals_truncate ON audit_seals;
                """);
            migrationBuilder.Sql("""
                DROP FUNCTION audit_refuse_delete();
                """);
            migrationBuilder.Sql("""
                DROP FUNCTION audit_refuse();
                """);
        }
    }
}
