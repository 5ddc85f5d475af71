using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UserAdmin.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class OneRunAtATime : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_job_runs_job",
                table: "job_runs",
                column: "job",
                unique: true,
                filter: "outcome = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_job_runs_job",
                table: "job_runs");
        }
    }
}
