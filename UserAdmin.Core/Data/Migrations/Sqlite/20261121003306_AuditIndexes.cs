using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AuditIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_users_two_factor_enabled",
                table: "users");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_actor_id_utc_microseconds_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_address_utc_microseconds_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_outcome_utc_microseconds_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_target_id_utc_microseconds_id",
                table: "audit_events");

            migrationBuilder.CreateIndex(
                name: "IX_users_two_factor_enabled_deleted_at",
                table: "users",
                columns: new[] { "two_factor_enabled", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_actor",
                table: "audit_events",
                columns: new[] { "actor_id", "utc_microseconds", "id", "action", "outcome" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_address",
                table: "audit_events",
                columns: new[] { "address", "utc_microseconds", "id", "action", "outcome" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_outcome",
                table: "audit_events",
                columns: new[] { "outcome", "utc_microseconds", "id", "action" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_target",
                table: "audit_events",
                columns: new[] { "target_id", "utc_microseconds", "id", "action", "outcome" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_users_two_factor_enabled_deleted_at",
                table: "users");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_actor",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_address",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_outcome",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_target",
                table: "audit_events");

            migrationBuilder.CreateIndex(
                name: "IX_users_two_factor_enabled",
                table: "users",
                column: "two_factor_enabled");

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_actor_id_utc_microseconds_id",
                table: "audit_events",
                columns: new[] { "actor_id", "utc_microseconds", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_address_utc_microseconds_id",
                table: "audit_events",
                columns: new[] { "address", "utc_microseconds", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_outcome_utc_microseconds_id",
                table: "audit_events",
                columns: new[] { "outcome", "utc_microseconds", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_target_id_utc_microseconds_id",
                table: "audit_events",
                columns: new[] { "target_id", "utc_microseconds", "id" });
        }
    }
}
