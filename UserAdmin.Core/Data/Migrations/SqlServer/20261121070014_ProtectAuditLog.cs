using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.SqlServer
{
    // Written by hand. What the portal itself does to the log (numbering, erasing, emptying, removing what was emptied) is let through, everything else refused.
    // Who may alter tables can take this away; then the seals tell.
    public partial class ProtectAuditLog : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                EXEC(N'
                CREATE TRIGGER audit_events_update ON audit_events AFTER UPDATE AS
                BEGIN
                    SET NOCOUNT ON;
                    IF UPDATE(id) AND (SELECT count(*) FROM inserted i JOIN deleted d ON d.id = i.id) <> (SELECT count(*) FROM deleted)
                        THROW 50001, ''the audit log may not be changed'', 1;
                    IF EXISTS (SELECT 1 FROM inserted i JOIN deleted d ON d.id = i.id WHERE
                    EXISTS (SELECT i.id, i.utc_microseconds EXCEPT SELECT d.id, d.utc_microseconds)
                    OR (d.leaf IS NOT NULL AND (EXISTS (SELECT i.stream, i.leaf EXCEPT SELECT d.stream, d.leaf)))
                    OR (d.seq IS NOT NULL AND (EXISTS (SELECT i.seq, i.seal_id EXCEPT SELECT d.seq, d.seal_id)))
                    OR (d.stubbed_by_event_id IS NOT NULL AND EXISTS (SELECT i.stubbed_by_event_id EXCEPT SELECT d.stubbed_by_event_id))
                    OR (d.leaf IS NOT NULL AND i.stubbed_by_event_id IS NULL AND (EXISTS (SELECT i.actor_commitment, i.target_commitment, i.leaf_mac EXCEPT SELECT d.actor_commitment, d.target_commitment, d.leaf_mac)))
                    OR (i.stubbed_by_event_id IS NULL AND (EXISTS (SELECT i.actor_kind, i.actor_id, i.impersonator_id, i.action, i.category, i.outcome, i.target_id, i.session_id, i.correlation_id EXCEPT SELECT d.actor_kind, d.actor_id, d.impersonator_id, d.action, d.category, d.outcome, d.target_id, d.session_id, d.correlation_id)))
                    OR (d.leaf IS NOT NULL AND i.actor_salt IS NOT NULL AND (EXISTS (SELECT i.actor_salt, i.actor_name, i.impersonator_name, i.address EXCEPT SELECT d.actor_salt, d.actor_name, d.impersonator_name, d.address)))
                    OR (d.leaf IS NOT NULL AND i.target_salt IS NOT NULL AND (EXISTS (SELECT i.target_salt, i.target_name, i.reason, i.changes EXCEPT SELECT d.target_salt, d.target_name, d.reason, d.changes)))
                    OR (d.leaf IS NULL AND (EXISTS (SELECT i.actor_name, i.impersonator_name, i.address, i.target_name, i.reason, i.changes EXCEPT SELECT d.actor_name, d.impersonator_name, d.address, d.target_name, d.reason, d.changes)))
                    OR (i.actor_salt IS NULL AND d.leaf IS NOT NULL AND (EXISTS (SELECT i.actor_name, i.impersonator_name, i.address EXCEPT SELECT d.actor_name, d.impersonator_name, d.address)) AND coalesce(i.actor_name, '''') + coalesce(i.impersonator_name, '''') + coalesce(i.address, '''') <> '''')
                    OR (i.target_salt IS NULL AND d.leaf IS NOT NULL AND (EXISTS (SELECT i.target_name, i.reason, i.changes EXCEPT SELECT d.target_name, d.reason, d.changes)) AND coalesce(i.target_name, '''') + coalesce(i.reason, '''') + coalesce(i.changes, '''') <> '''')
                    OR (i.stubbed_by_event_id IS NOT NULL AND (i.seq IS NULL OR i.actor_salt IS NOT NULL OR i.target_salt IS NOT NULL OR i.actor_name <> '''' OR i.action <> '''' OR i.actor_commitment IS NOT NULL OR i.target_commitment IS NOT NULL
                        OR coalesce(i.impersonator_name, i.address, i.target_name, i.reason, i.changes, i.correlation_id) IS NOT NULL OR coalesce(i.actor_id, i.impersonator_id, i.target_id, i.session_id) IS NOT NULL)))
                        THROW 50001, ''the audit log may not be changed'', 1;
                END');
                """);
            migrationBuilder.Sql("""
                EXEC(N'
                CREATE TRIGGER audit_events_delete ON audit_events AFTER DELETE AS
                BEGIN
                    SET NOCOUNT ON;
                    IF EXISTS (SELECT 1 FROM deleted d WHERE d.stubbed_by_event_id IS NULL OR NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.stream = d.stream AND s.seal_id = d.seal_id AND s.pruned_by_event_id IS NOT NULL))
                        THROW 50001, ''the audit log may not be changed'', 1;
                END');
                """);
            migrationBuilder.Sql("""
                EXEC(N'
                CREATE TRIGGER audit_seals_update ON audit_seals AFTER UPDATE AS
                BEGIN
                    SET NOCOUNT ON;
                    IF (SELECT count(*) FROM inserted i JOIN deleted d ON d.stream = i.stream AND d.seal_id = i.seal_id) <> (SELECT count(*) FROM deleted)
                        THROW 50001, ''the audit log may not be changed'', 1;
                    IF EXISTS (SELECT 1 FROM inserted i JOIN deleted d ON d.stream = i.stream AND d.seal_id = i.seal_id WHERE
                    EXISTS (SELECT i.stream, i.seal_id, i.first_seq, i.row_count, i.min_utc_microseconds, i.max_utc_microseconds, i.root, i.previous_hash, i.sealed_utc_microseconds, i.key_id, i.hash, i.signature EXCEPT SELECT d.stream, d.seal_id, d.first_seq, d.row_count, d.min_utc_microseconds, d.max_utc_microseconds, d.root, d.previous_hash, d.sealed_utc_microseconds, d.key_id, d.hash, d.signature) OR d.pruned_by_event_id IS NOT NULL OR i.pruned_by_event_id IS NULL)
                        THROW 50001, ''the audit log may not be changed'', 1;
                END');
                """);
            migrationBuilder.Sql("""
                EXEC(N'
                CREATE TRIGGER audit_seals_delete ON audit_seals AFTER DELETE AS
                BEGIN
                    SET NOCOUNT ON;
                    IF EXISTS (SELECT 1 FROM deleted)
                        THROW 50001, ''the audit log may not be changed'', 1;
                END');
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
