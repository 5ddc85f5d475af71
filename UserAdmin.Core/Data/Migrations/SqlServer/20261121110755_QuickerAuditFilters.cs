using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class QuickerAuditFilters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_audit_events_actor_refused",
                table: "audit_events",
                columns: new[] { "actor_id", "outcome", "utc_microseconds", "id" },
                filter: "outcome > 1");

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_address_refused",
                table: "audit_events",
                columns: new[] { "address", "outcome", "utc_microseconds", "id" },
                filter: "outcome > 1");

            migrationBuilder.CreateIndex(
                name: "IX_audit_counts_sums",
                table: "audit_counts",
                columns: new[] { "slot", "outcome", "action", "count" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_audit_events_actor_refused",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_address_refused",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_counts_sums",
                table: "audit_counts");
        }
    }
}
