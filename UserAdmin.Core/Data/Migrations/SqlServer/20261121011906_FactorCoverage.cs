using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class FactorCoverage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_users_second_factor_due_at",
                table: "users",
                column: "second_factor_due_at",
                filter: "second_factor_due_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_users_two_factor_enabled_sort_name_id",
                table: "users",
                columns: new[] { "two_factor_enabled", "sort_name", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_users_second_factor_due_at",
                table: "users");

            migrationBuilder.DropIndex(
                name: "IX_users_two_factor_enabled_sort_name_id",
                table: "users");
        }
    }
}
