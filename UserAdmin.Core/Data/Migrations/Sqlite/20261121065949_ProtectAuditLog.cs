using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.Sqlite
{
    // Written by hand. What the portal itself does to the log (numbering, erasing, emptying, removing what was emptied) is let through, everything else refused.
    // Who may alter tables can take this away; then the seals tell.
    public partial class ProtectAuditLog : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_events_update BEFORE UPDATE ON audit_events FOR EACH ROW WHEN
                    NEW.id IS NOT OLD.id OR NEW.utc_microseconds IS NOT OLD.utc_microseconds
                    OR (OLD.leaf IS NOT NULL AND (NEW.stream IS NOT OLD.stream OR NEW.leaf IS NOT OLD.leaf))
                    OR (OLD.seq IS NOT NULL AND (NEW.seq IS NOT OLD.seq OR NEW.seal_id IS NOT OLD.seal_id))
                    OR (OLD.stubbed_by_event_id IS NOT NULL AND NEW.stubbed_by_event_id IS NOT OLD.stubbed_by_event_id)
                    OR (OLD.leaf IS NOT NULL AND NEW.stubbed_by_event_id IS NULL AND (NEW.actor_commitment IS NOT OLD.actor_commitment OR NEW.target_commitment IS NOT OLD.target_commitment OR NEW.leaf_mac IS NOT OLD.leaf_mac))
                    OR (NEW.stubbed_by_event_id IS NULL AND (NEW.actor_kind IS NOT OLD.actor_kind OR NEW.actor_id IS NOT OLD.actor_id OR NEW.impersonator_id IS NOT OLD.impersonator_id OR NEW.action IS NOT OLD.action OR NEW.category IS NOT OLD.category OR NEW.outcome IS NOT OLD.outcome OR NEW.target_id IS NOT OLD.target_id OR NEW.session_id IS NOT OLD.session_id OR NEW.correlation_id IS NOT OLD.correlation_id))
                    OR (OLD.leaf IS NOT NULL AND NEW.actor_salt IS NOT NULL AND (NEW.actor_salt IS NOT OLD.actor_salt OR NEW.actor_name IS NOT OLD.actor_name OR NEW.impersonator_name IS NOT OLD.impersonator_name OR NEW.address IS NOT OLD.address))
                    OR (OLD.leaf IS NOT NULL AND NEW.target_salt IS NOT NULL AND (NEW.target_salt IS NOT OLD.target_salt OR NEW.target_name IS NOT OLD.target_name OR NEW.reason IS NOT OLD.reason OR NEW.changes IS NOT OLD.changes))
                    OR (OLD.leaf IS NULL AND (NEW.actor_name IS NOT OLD.actor_name OR NEW.impersonator_name IS NOT OLD.impersonator_name OR NEW.address IS NOT OLD.address OR NEW.target_name IS NOT OLD.target_name OR NEW.reason IS NOT OLD.reason OR NEW.changes IS NOT OLD.changes))
                    OR (NEW.actor_salt IS NULL AND OLD.leaf IS NOT NULL AND (NEW.actor_name IS NOT OLD.actor_name OR NEW.impersonator_name IS NOT OLD.impersonator_name OR NEW.address IS NOT OLD.address) AND coalesce(NEW.actor_name, '') || coalesce(NEW.impersonator_name, '') || coalesce(NEW.address, '') <> '')
                    OR (NEW.target_salt IS NULL AND OLD.leaf IS NOT NULL AND (NEW.target_name IS NOT OLD.target_name OR NEW.reason IS NOT OLD.reason OR NEW.changes IS NOT OLD.changes) AND coalesce(NEW.target_name, '') || coalesce(NEW.reason, '') || coalesce(NEW.changes, '') <> '')
                    OR (NEW.stubbed_by_event_id IS NOT NULL AND (NEW.seq IS NULL OR NEW.actor_salt IS NOT NULL OR NEW.target_salt IS NOT NULL OR NEW.actor_name <> '' OR NEW.action <> '' OR NEW.actor_commitment IS NOT NULL OR NEW.target_commitment IS NOT NULL
                        OR coalesce(NEW.impersonator_name, NEW.address, NEW.target_name, NEW.reason, NEW.changes, NEW.actor_id, NEW.impersonator_id, NEW.target_id, NEW.session_id, NEW.correlation_id) IS NOT NULL))
                BEGIN SELECT RAISE(ABORT, 'the audit log may not be changed'); END
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events FOR EACH ROW WHEN
                    OLD.stubbed_by_event_id IS NULL OR NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.stream = OLD.stream AND s.seal_id = OLD.seal_id AND s.pruned_by_event_id IS NOT NULL)
                BEGIN SELECT RAISE(ABORT, 'the audit log may not be changed'); END
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_seals_update BEFORE UPDATE ON audit_seals FOR EACH ROW WHEN
                    NEW.stream IS NOT OLD.stream OR NEW.seal_id IS NOT OLD.seal_id OR NEW.first_seq IS NOT OLD.first_seq OR NEW.row_count IS NOT OLD.row_count OR NEW.min_utc_microseconds IS NOT OLD.min_utc_microseconds OR NEW.max_utc_microseconds IS NOT OLD.max_utc_microseconds OR NEW.root IS NOT OLD.root OR NEW.previous_hash IS NOT OLD.previous_hash OR NEW.sealed_utc_microseconds IS NOT OLD.sealed_utc_microseconds OR NEW.key_id IS NOT OLD.key_id OR NEW.hash IS NOT OLD.hash OR NEW.signature IS NOT OLD.signature OR OLD.pruned_by_event_id IS NOT NULL OR NEW.pruned_by_event_id IS NULL
                BEGIN SELECT RAISE(ABORT, 'the audit log may not be changed'); END
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER audit_seals_delete BEFORE DELETE ON audit_seals FOR EACH ROW
                BEGIN SELECT RAISE(ABORT, 'the audit log may not be changed'); END
                """);
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER audit_events_update;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_events_delete;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_seals_update;
                """);
            migrationBuilder.Sql("""
                DROP TRIGGER audit_seals_delete;
                """);
        }
    }
}
