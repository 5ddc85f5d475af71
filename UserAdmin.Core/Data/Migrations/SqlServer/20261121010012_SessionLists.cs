using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SessionLists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_sessions_address_created_at_id",
                table: "sessions",
                columns: new[] { "address", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_sessions_browser_created_at_id",
                table: "sessions",
                columns: new[] { "browser", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_sessions_system_created_at_id",
                table: "sessions",
                columns: new[] { "system", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_sessions_unusual",
                table: "sessions",
                columns: new[] { "created_at", "id" },
                filter: "risk_score > 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_sessions_address_created_at_id",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "IX_sessions_browser_created_at_id",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "IX_sessions_system_created_at_id",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "IX_sessions_unusual",
                table: "sessions");
        }
    }
}
