using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Tenants;

public class TenantLifeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task O1_The_first_owner_of_a_new_tenant_follows_the_link_and_is_in(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var made = await app.Run((TenantService tenants) => tenants.CreateAsync(FindingTenantsTests.Form("blue", "blue.localhost"), app.Alice, Cancel));
        using var olga = app.Open(host: "blue.localhost");

        // No mail leaves this portal, so the link is handed over.
        await olga.Get(new Uri(made.Value!.Link).AbsolutePath);
        using var activated = await olga.Submit("/account/activate", ("Password", Cast.Password), ("Again", Cast.Password));
        using var signedIn = await olga.SignIn("olga@blue.example");

        Assert.StartsWith("http://blue.localhost/account/activate/", made.Value.Link, StringComparison.Ordinal);
        Assert.Equal("/", signedIn.Target);
        Assert.Equal(HttpStatusCode.OK, (await olga.Get("/users")).StatusCode);
        Assert.Equal("blue", (await app.Event(AuditAction.TenantCreated)).TargetName);
        Assert.Equal("Alice Archer", (await app.Event(AuditAction.TenantCreated)).ActorName);
    }

    [Fact]
    public async Task O1_Only_who_manages_tenants_makes_them_and_only_from_the_first_tenant()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        var erin = await app.Given(Erin);
        var stale = app.Alice with { AuthenticatedAt = app.Clock.Now.AddHours(-1) };

        Assert.Equal(ProblemKind.NotAllowed, (await Create(app, erin)).Problem?.Kind);
        Assert.Equal(ProblemKind.StepUp, (await Create(app, stale)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await Create(blue, blue.Alice)).Problem?.Kind);
        // Also somebody who could everything: a tenant's database has no catalogue.
        Assert.Equal(ProblemKind.NotAllowed, (await Create(blue, Actor.System)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await app.Run((TenantLifecycle tenants) => tenants.SuspendAsync(blue.Id, "x", erin, Cancel))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await app.Run((TenantDomains domains) => domains.AddAsync(blue.Id, new() { Host = "x.example" }, erin, Cancel))).Problem?.Kind);
        Assert.Empty((await app.Run((TenantList tenants) => tenants.ListAsync(null, null, PageStart.First, erin, Cancel))).Page.Rows);
        Assert.Null(await blue.Run((TenantList tenants) => tenants.FindAsync(blue.Id, blue.Alice, Cancel)));
        Assert.Equal(3, (await app.Events(AuditAction.AccessDenied)).Count);
    }

    [Fact]
    public async Task O1_Names_and_domains_are_refused_that_are_taken_or_could_mislead()
    {
        await using var app = await TestApp.StartAsync(("Portal:PublicUrl", "https://portal.example"), ("Tenants:BaseDomain", "people.example"));
        await TestTenant.MakeAsync(app, "blue");

        (string Name, string Domain, string Field)[] refused =
        [
            ("blue", "other.example", "Name"), ("default", "other.example", "Name"), ("www", "other.example", "Name"), ("Green", "other.example", "Name"), ("a", "other.example", "Name"),
            ("-green", "other.example", "Name"), ("green-", "other.example", "Name"), ("gre--en", "other.example", "Name"), ("gre_en", "other.example", "Name"), ("../green", "other.example", "Name"),
            ("green", "blue.localhost", "Domain"), ("green", "BLUE.localhost", "Domain"), ("green", "portal.example", "Domain"), ("green", "localhost", "Domain"), ("green", "127.0.0.1", "Domain"),
            ("green", "people.example", "Domain"), ("green", "blue.people.example", "Domain"), ("green", "yellow.people.example", "Domain"), ("green", "a b.example", "Domain"), ("green", "x.example:8080", "Domain"), ("green", "x.example/y", "Domain"),
            ("green", "https://x.example", "Domain"), ("green", "x..example", "Domain"), ("green", "10.1.2.3", "Domain"), ("green", "[::1]", "Domain"), ("green", "x_y.example", "Domain"), ("green", "x.example\u202e", "Domain"),
        ];
        foreach (var (name, domain, field) in refused)
        {
            var made = await app.Run((TenantService tenants) => tenants.CreateAsync(FindingTenantsTests.Form(name, domain), app.Alice, Cancel));
            Assert.Equal((name, domain, field), (name, domain, made.Problem?.Field));
        }
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Tenants.CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task O1_Of_many_who_make_the_same_tenant_at_once_one_succeeds(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);

        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Create(app, app.Alice)));

        Assert.Single(all, made => made.Succeeded);
        Assert.All(all.Where(made => !made.Succeeded), made => Assert.Equal("tenant.name_taken", made.Problem!.Code));
        Assert.NotNull(await app.Services.GetRequiredService<TenantDirectory>().FindActiveAsync("green", Cancel));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task O1_What_failed_half_way_is_taken_back_and_can_be_made_again(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var place = app.Services.GetRequiredService<TenantConnections>().OwnOf("green");
        // Something is in the way of the tables.
        if (provider == DatabaseProvider.Sqlite)
        {
            var file = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(place.ConnectionString).DataSource;
            Directory.CreateDirectory(file);
        }
        else
            await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync("CREATE SCHEMA tenant_green; CREATE TABLE tenant_green.users (id int)", Cancel));

        var failed = await Create(app, app.Alice);
        using var visitor = app.Open(host: "green.localhost");
        var answer = (await visitor.Get("/account/sign-in")).StatusCode;
        var again = await Create(app, app.Alice);

        Assert.Equal("tenant.failed", failed.Problem?.Code);
        Assert.Equal(HttpStatusCode.BadRequest, answer);
        Assert.Null(again.Problem);
        Assert.Equal(HttpStatusCode.OK, (await visitor.Get("/account/sign-in")).StatusCode);
        Assert.Single(await app.Events(AuditAction.TenantTakenBack));
    }

    [Fact]
    public async Task O1_What_a_server_left_behind_that_died_is_removed()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        await app.Run((UserAdminDbContext db) => db.Tenants.ExecuteUpdateAsync(row => row.SetProperty(t => t.ReadyAt, (DateTimeOffset?)null), Cancel));

        var early = await Remove(app);
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        var late = await Remove(app);

        Assert.Equal((0, 1), (early, late));
        Assert.False(File.Exists(FileOf(blue.Tenant)));
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.TenantDomains.CountAsync(Cancel)));
    }

    [Fact]
    public async Task O1_A_suspended_tenant_answers_nothing_but_that_and_its_open_pages_leave()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        using var alice = await blue.SignInAs(blue.Alice);
        using var socket = await CircuitSocket.ConnectAsync(app, alice);
        var closed = new TaskCompletionSource();
        var session = await blue.Run((UserAdminDbContext db) => db.Sessions.Select(s => s.Id).SingleAsync(Cancel));
        app.Services.GetRequiredService<SessionDirectory>().Watch(blue.Tenant, session, () => closed.TrySetResult());

        var suspended = await app.Run((TenantLifecycle tenants) => tenants.SuspendAsync(blue.Id, "The invoice of May is open", app.Alice, Cancel));
        using var page = await alice.Get("/users");
        var text = await page.Text();
        using var style = await alice.Get("/app.css");

        Assert.Null(suspended.Problem);
        Assert.True(closed.Task.IsCompleted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("This portal is suspended", text);
        Assert.DoesNotContain("invoice", text);
        Assert.DoesNotContain("blue", text);
        Assert.Equal(HttpStatusCode.OK, style.StatusCode);
        Assert.Equal("The invoice of May is open", (await app.Event(AuditAction.TenantSuspended)).Reason);
        using var atHome = await app.SignInAs(app.Alice);
        Assert.Equal(HttpStatusCode.OK, (await atHome.Get("/users")).StatusCode);

        Assert.Null((await app.Run((TenantLifecycle tenants) => tenants.ResumeAsync(blue.Id, "Paid", app.Alice, Cancel))).Problem);
        Assert.Equal("/account/sign-in?returnUrl=%2Fusers", (await alice.Get("/users")).Target);
        using var again = await blue.SignInAs(blue.Alice);
        Assert.Equal(HttpStatusCode.OK, (await again.Get("/users")).StatusCode);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task O1_A_deleted_tenant_comes_back_within_its_days_of_grace_and_is_gone_afterwards(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var blue = await TestTenant.MakeAsync(app, "blue");
        using var visitor = blue.Open();

        Assert.Equal("tenant.wrong_name", (await app.Run((TenantLifecycle tenants) => tenants.DeleteAsync(blue.Id, "bleu", "closed", app.Alice, Cancel))).Problem?.Code);
        Assert.Null((await app.Run((TenantLifecycle tenants) => tenants.DeleteAsync(blue.Id, "blue", "closed", app.Alice, Cancel))).Problem);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await visitor.Get("/account/sign-in")).StatusCode);
        app.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal(0, await Remove(app));
        var alice = app.Alice with { AuthenticatedAt = app.Clock.Now };
        Assert.Null((await app.Run((TenantLifecycle tenants) => tenants.RestoreAsync(blue.Id, "a mistake", alice, Cancel))).Problem);
        Assert.Equal(HttpStatusCode.OK, (await visitor.Get("/account/sign-in")).StatusCode);
        Assert.Equal(2, await blue.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));

        await app.Run((TenantLifecycle tenants) => tenants.DeleteAsync(blue.Id, "blue", "closed", alice, Cancel));
        app.Clock.Advance(TimeSpan.FromDays(30));
        alice = app.Alice with { AuthenticatedAt = app.Clock.Now };
        Assert.Equal("tenant.wrong_state", (await app.Run((TenantLifecycle tenants) => tenants.RestoreAsync(blue.Id, "too late", alice, Cancel))).Problem?.Code);
        Assert.Equal(1, await Remove(app));
        Assert.Equal(0, await Remove(app));

        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.Get("/account/sign-in")).StatusCode);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => blue.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
        Assert.Equal("tenant.name_taken", (await app.Run((TenantService tenants) => tenants.CreateAsync(FindingTenantsTests.Form("blue", "new.localhost"), alice, Cancel))).Problem?.Code);
        Assert.Null((await app.Run((TenantService tenants) => tenants.CreateAsync(FindingTenantsTests.Form("navy", "blue.localhost"), alice, Cancel))).Problem);
        Assert.Single(await app.Events(AuditAction.TenantPurged));
    }

    [Fact]
    public async Task O1_A_tenant_keeps_a_primary_domain()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");

        Assert.Equal("tenant.last_domain", (await Change(domains => domains.RemoveAsync(blue.Id, "blue.localhost", app.Alice, Cancel))).Problem?.Code);
        Assert.Null((await Change(domains => domains.AddAsync(blue.Id, new() { Host = "blue.example" }, app.Alice, Cancel))).Problem);
        Assert.Equal("tenant.domain_taken", (await Change(domains => domains.AddAsync(blue.Id, new() { Host = "blue.EXAMPLE" }, app.Alice, Cancel))).Problem?.Code);
        Assert.Equal("tenant.primary_domain", (await Change(domains => domains.RemoveAsync(blue.Id, "blue.localhost", app.Alice, Cancel))).Problem?.Code);
        Assert.Null((await Change(domains => domains.MakePrimaryAsync(blue.Id, "blue.example", app.Alice, Cancel))).Problem);
        Assert.Null((await Change(domains => domains.RemoveAsync(blue.Id, "blue.localhost", app.Alice, Cancel))).Problem);
        var left = Assert.Single(await app.Run((UserAdminDbContext db) => db.TenantDomains.ToListAsync(Cancel)));

        Assert.Equal(("blue.example", true), (left.Host, left.IsPrimary));
        using var visitor = blue.Open();
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.Get("/account/sign-in")).StatusCode);

        Task<Result> Change(Func<TenantDomains, Task<Result>> change) => app.Run(change);
    }

    [Fact]
    public async Task O1_A_tenant_whose_schema_is_gone_fails_and_never_shows_the_first_tenants_people()
    {
        await using var app = await TestApp.StartAsync(DatabaseProvider.PostgreSql);
        var blue = await TestTenant.MakeAsync(app, "blue");
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync("DROP SCHEMA tenant_blue CASCADE", Cancel));

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => blue.Run((UserAdminDbContext db) => db.Users.ToListAsync(Cancel)));
        var migrated = await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);
        using var visitor = blue.Open();
        using var page = await visitor.Get("/account/sign-in");

        Assert.Equal(Npgsql.PostgresErrorCodes.UndefinedTable, refused.SqlState);
        Assert.Equal(["blue"], migrated.Select(tenant => tenant.Name));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("This portal is being looked after", await page.Text());
        // Nothing came back as an empty portal.
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.Database.SqlQuery<int>($"""SELECT count(*)::int AS "Value" FROM pg_namespace WHERE nspname = 'tenant_blue'""").SingleAsync(Cancel)));
    }

    private static Task<Result<NewTenant>> Create(ITestPortal portal, Actor actor) =>
        portal.Run((TenantService tenants) => tenants.CreateAsync(FindingTenantsTests.Form("green", "green.localhost"), actor, Cancel));

    private static Task<int> Remove(TestApp app) => app.Run((TenantRemoval removal) => removal.RemoveAsync(Cancel));

    private static string FileOf(Tenant tenant) => new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(tenant.ConnectionString).DataSource;
}
