using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Guards;

public class MigrationTests
{
    [Fact]
    public void No_provider_lacks_a_migration()
    {
        foreach (var db in EveryProvider())
            using (db)
                Assert.False(db.Database.HasPendingModelChanges(), $"{db.GetType().Name}: the model has changed. Add a migration of the same name for every provider (docs/development.md).");
    }

    [Fact]
    public void Every_provider_has_the_same_migrations()
    {
        string[][] names = [.. EveryProvider().Select(db => db.Database.GetMigrations().Select(name => name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..]).ToArray())];

        Assert.Equal(names[0], names[1]);
        Assert.Equal(names[0], names[2]);
    }

    [Fact]
    public void The_script_for_SQL_Server_makes_every_table_and_index_of_the_model()
    {
        using var db = new SqlServerUserAdminDbContext(new DbContextOptionsBuilder<SqlServerUserAdminDbContext>().UseSqlServer("Server=127.0.0.1").Options);

        var script = db.Database.GenerateCreateScript();

        foreach (var entity in db.Model.GetEntityTypes())
        {
            if (entity.GetTableName() is not { } table)
                continue;
            Assert.Contains($"CREATE TABLE [{table}]", script);
            foreach (var index in entity.GetIndexes())
                Assert.Contains($"INDEX [{index.GetDatabaseName()}] ON [{table}]", script);
        }
        Assert.Contains("Latin1_General_100_BIN2", script);
        Assert.NotEmpty(Microsoft.EntityFrameworkCore.Infrastructure.AccessorExtensions.GetService<Microsoft.EntityFrameworkCore.Migrations.IMigrator>(db)
            .GenerateScript(options: Microsoft.EntityFrameworkCore.Migrations.MigrationsSqlGenerationOptions.Idempotent));
    }

    private static UserAdminDbContext[] EveryProvider() =>
    [
        new SqliteUserAdminDbContext(new DbContextOptionsBuilder<SqliteUserAdminDbContext>().UseSqlite("Data Source=:memory:").Options),
        new PostgresUserAdminDbContext(new DbContextOptionsBuilder<PostgresUserAdminDbContext>().UseNpgsql("Host=127.0.0.1").Options),
        new SqlServerUserAdminDbContext(new DbContextOptionsBuilder<SqlServerUserAdminDbContext>().UseSqlServer("Server=127.0.0.1").Options),
    ];
}
