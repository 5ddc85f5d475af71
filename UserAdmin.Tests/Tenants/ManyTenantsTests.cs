using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Tenants;

public class ManyTenantsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task O1_Tenants_are_brought_to_the_current_shape_and_one_that_fails_keeps_no_other_out(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        const string history = "\"__EFMigrationsHistory\"";
        // Both forget that they have made the last step, so making it again fails: its tables are there.
        foreach (var portal in new[] { blue, green })
            await portal.Run(async (UserAdminDbContext db) =>
            {
                var last = db.Database.GetMigrations().Last();
                return await db.Database.ExecuteSqlRawAsync($"DELETE FROM {history} WHERE \"MigrationId\" = {{0}}", [last], Cancel);
            });

        var failed = await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);

        Assert.Equal(["blue", "green"], failed.Select(tenant => tenant.Name).Order(StringComparer.Ordinal));
        using var atHome = await app.SignInAs(app.Alice);
        Assert.Equal(HttpStatusCode.OK, (await atHome.Get("/users")).StatusCode);
        using var visitor = green.Open();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await visitor.Get("/account/sign-in")).StatusCode);

        await green.Run(async (UserAdminDbContext db) => await db.Database.ExecuteSqlRawAsync(
            $"INSERT INTO {history} VALUES ({{0}}, '10.0.0')", [db.Database.GetMigrations().Last()], Cancel));
        Assert.Equal(1, await ActivatorUtilities.CreateInstance<TenantUpkeep>(app.Services).MendAsync(Cancel));
        Assert.Equal(HttpStatusCode.OK, (await visitor.Get("/account/sign-in")).StatusCode);
    }

    [Fact]
    public async Task O1_A_tenant_whose_file_is_gone_is_not_made_anew()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        var folder = Path.GetDirectoryName(new SqliteConnectionStringBuilder(blue.Tenant.ConnectionString).DataSource)!;
        SqliteConnection.ClearAllPools();
        TestFolder.Delete(folder);

        var failed = await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);

        Assert.Equal(["blue"], failed.Select(tenant => tenant.Name));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task O1_Daily_removal_and_the_outbox_look_after_every_tenant()
    {
        await using var app = await TestApp.StartAsync(("Mail:Folder", Directory.CreateTempSubdirectory("useradmin-test-mail-").FullName));
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        var directory = app.Services.GetRequiredService<TenantDirectory>();

        Assert.Equal(["default", "blue", "green"], (await directory.ActiveAsync(Cancel)).Select(tenant => tenant.Name).OrderBy(name => name == "default" ? "" : name, StringComparer.Ordinal));
        foreach (var tenant in await directory.ActiveAsync(Cancel))
        {
            await using var scope = app.Services.GetRequiredService<IServiceScopeFactory>().CreateFor(tenant);
            await scope.ServiceProvider.GetRequiredService<Leftovers>().RemoveAsync(Cancel);
            await app.Services.GetRequiredService<OutboxDelivery>().SendDueAsync(tenant, Cancel);
        }

        // Each tenant shows what it sent itself.
        foreach (var portal in new[] { blue, green })
        {
            var sent = Assert.Single(await portal.Run((MessageSink sink) => sink.ListAsync(portal.Alice, Cancel)));
            Assert.Equal($"olga@{portal.Tenant.Name}.example", sent.Recipient);
        }
        Assert.Empty(await app.Run((MessageSink sink) => sink.ListAsync(app.Alice, Cancel)));
    }

    [Fact]
    public async Task O1_Pools_of_tenants_that_nobody_uses_are_dropped()
    {
        await using var app = await TestApp.StartAsync();
        var databases = app.Services.GetRequiredService<TenantDatabases>();
        var host = app.Services.GetRequiredService<TenantDirectory>().Default;
        for (var i = 0; i < 300; i++)
            databases.Open(host with { Name = $"t{i}" }).Dispose();
        Assert.InRange(databases.Pools, 100, 201);

        app.Clock.Advance(TimeSpan.FromMinutes(11));
        databases.Open(host with { Name = "another" }).Dispose();

        Assert.InRange(databases.Pools, 1, 2);
    }
}
