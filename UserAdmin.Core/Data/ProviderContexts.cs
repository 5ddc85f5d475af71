using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Data;

public sealed class SqliteUserAdminDbContext(DbContextOptions<SqliteUserAdminDbContext> options) : UserAdminDbContext(options)
{
    // SQLite has no type for instants: microseconds sort, compare and take eight bytes.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Microseconds>();
    }

    private sealed class Microseconds() : ValueConverter<DateTimeOffset, long>(
        instant => AuditRecording.ToMicroseconds(instant), value => AuditRecording.FromMicroseconds(value));
}

public sealed class PostgresUserAdminDbContext(DbContextOptions<PostgresUserAdminDbContext> options) : UserAdminDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasPostgresExtension("pg_trgm");
        builder.Entity<Users.User>().HasIndex(user => user.SearchText).HasMethod("gin").HasOperators("gin_trgm_ops");
    }

    protected override void CompareByCodePoint(IMutableProperty column) => column.SetCollation("C");
}

public sealed class SqlServerUserAdminDbContext(DbContextOptions<SqlServerUserAdminDbContext> options) : UserAdminDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        // SQL Server gives nothing back from a statement on a table with triggers, which EF has to know.
        builder.Entity<AuditEvent>().ToTable(table => table.HasTrigger("audit_events_update"));
        builder.Entity<AuditSeal>().ToTable(table => table.HasTrigger("audit_seals_update"));
    }

    protected override void CompareByCodePoint(IMutableProperty column) => column.SetCollation("Latin1_General_100_BIN2");
}

// For 'dotnet ef' alone; none of its commands we use contacts a server.
internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteUserAdminDbContext>
{
    public SqliteUserAdminDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteUserAdminDbContext>().UseSqlite("Data Source=:memory:").Options);
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresUserAdminDbContext>
{
    public PostgresUserAdminDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresUserAdminDbContext>().UseNpgsql("Host=127.0.0.1").Options);
}

internal sealed class SqlServerDesign : IDesignTimeDbContextFactory<SqlServerUserAdminDbContext>
{
    public SqlServerUserAdminDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlServerUserAdminDbContext>().UseSqlServer("Server=127.0.0.1").Options);
}
