using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Tenants;

/// <summary>Nothing of one tenant shows or works in another.</summary>
public class TenantIsolationTests
{
    private const string Canary = "Quetzalcoatlus";
    private const int Many = 37;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E03_No_page_list_search_count_or_figure_of_one_tenant_shows_anything_of_another(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        await FillWithCanariesAsync(green);
        using var canary = await green.SignInAs(green.Alice);
        Assert.Contains(Canary, await (await canary.Get("/users")).Text());
        Assert.Contains(Canary, await (await canary.Get("/audit")).Text());

        // The first tenant, which has the catalogue, no less than any other.
        foreach (var (portal, browser) in new (ITestPortal, Browser)[] { (blue, await blue.SignInAs(blue.Alice)), (app, await app.SignInAs(app.Alice)) })
            using (browser)
            {
                foreach (var address in AddressesOf(app).Concat(SearchesFor(Canary)))
                {
                    using var page = await browser.Get(address);
                    var text = (await page.Text()).Replace($"value=\"{Canary}", "", StringComparison.Ordinal).Replace(Uri.EscapeDataString(Canary), "", StringComparison.Ordinal);
                    Assert.False(text.Contains(Canary, StringComparison.OrdinalIgnoreCase), $"{address} shows {Canary}");
                    // How many people each tenant has is what the list of tenants is for.
                    Assert.False(Regex.IsMatch(text, $@">\s*{Many}\b") && !(portal == app && address.StartsWith("/tenants", StringComparison.Ordinal)), $"{address} shows a count of the other tenant");
                }
                var people = await portal.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel));
                Assert.Contains($">{people} {(people == 1 ? "person" : "people")}</span>", await (await browser.Get("/users")).Text());
                var figures = await portal.Run((DashboardService dashboard) => dashboard.FindAsync(TimeZoneInfo.Utc, portal == blue ? blue.Alice : app.Alice, Cancel));
                Assert.True(figures is null || figures.Value.Total == people);
            }
    }

    [Fact]
    public async Task E02_An_id_of_another_tenant_answers_like_one_that_nobody_has()
    {
        await using var app = await TestApp.StartAsync();
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        var carol = await green.Given(Carol);
        using var hers = await green.SignInAs(carol);
        await green.Run((UserAdminDbContext db) =>
        {
            db.Avatars.Add(new() { UserId = carol.Id, Version = "01234567890123456789012345678901", Png = [1], UpdatedAt = app.Clock.Now });
            return db.SaveChangesAsync(Cancel);
        });
        Assert.Equal(HttpStatusCode.OK, (await hers.Get($"/users/{carol.Id}/avatar/01234567890123456789012345678901")).StatusCode);
        var session = await green.Run((UserAdminDbContext db) => db.Sessions.Select(s => s.Id).SingleAsync(Cancel));
        using var browser = await blue.SignInAs(blue.Alice);
        var random = Guid.CreateVersion7();

        string[] addresses =
        [
            "/users/{id}", "/users/{id}/sessions", "/users/{id}/security", "/users/{id}/activity", "/people/{id}", "/users/{id}/avatar/01234567890123456789012345678901", "/users?after={id}",
            "/audit?actor={id}", "/audit?target={id}", "/sessions?user={id}", "/tenants/{id}",
        ];
        foreach (var address in addresses)
            Assert.Equal((address, await AnswerAsync(browser, address, random)), (address, await AnswerAsync(browser, address, carol.Id)));

        async Task<string?[]> Problems(Guid user, Guid sessionId) =>
        [
            (await blue.Run((UserLifecycle users) => users.DeactivateAsync(user, "x", blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((UserLifecycle users) => users.DeleteAsync(user, "x", blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((SessionService sessions) => sessions.EndAsync(sessionId, blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((SessionService sessions) => sessions.EndAllAsync(user, blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((PasswordAdministration passwords) => passwords.MakeLinkAsync(user, "x", blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((AccessPassService passes) => passes.GiveAsync(user, 1, "x", blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((FactorEnforcement factors) => factors.RequireAsync(user, "x", blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((InvitationService invitations) => invitations.RevokeAsync(sessionId, blue.Alice, Cancel))).Problem?.Code,
            (await blue.Run((OutboxService messages) => messages.ResendAsync(sessionId, blue.Alice, Cancel))).Problem?.Code,
        ];
        var answers = await Problems(carol.Id, session);
        Assert.Equal(await Problems(Guid.CreateVersion7(), Guid.CreateVersion7()), answers);
        Assert.All(answers, Assert.NotNull);
        Assert.Equal(HttpStatusCode.OK, (await hers.Get("/me")).StatusCode);
    }

    [Fact]
    public async Task O2_A_session_cookie_of_one_tenant_is_worthless_in_another()
    {
        await using var app = await TestApp.StartAsync();
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        using var hers = await green.SignInAs(green.Alice);
        // The same person by name and address has an account in each of them.
        foreach (var host in new[] { "blue.localhost", "localhost" })
        {
            using var thief = app.Open(host: host);
            thief.Keep("__Host-useradmin", hers.Cookie("__Host-useradmin")!);

            Assert.Equal("/account/sign-in?returnUrl=%2Fusers", (await thief.Get("/users")).Target);
            Assert.Contains("403", (await Assert.ThrowsAsync<InvalidOperationException>(() => CircuitSocket.ConnectAsync(app, thief))).Message.Replace("302", "403"));
        }
        Assert.Equal(HttpStatusCode.OK, (await hers.Get("/users")).StatusCode);
        Assert.NotNull(blue);
    }

    [Fact]
    public async Task O2_A_circuit_of_one_tenant_cannot_be_taken_over_from_another_nor_opened_under_its_name()
    {
        await using var app = await TestApp.StartAsync();
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        using var inGreen = await green.SignInAs(green.Alice);
        using var inBlue = await blue.SignInAs(blue.Alice);
        using var first = await CircuitSocket.ConnectAsync(app, inGreen);
        var circuit = await first.StartAsync(inGreen, "/me/sessions");

        using var other = await CircuitSocket.ConnectAsync(app, inBlue);

        Assert.Equal(false, await other.CallAsync("ConnectCircuit", circuit));
        Assert.Null(await other.CallAsync("ResumeCircuit", circuit, "https://blue.localhost/", "https://blue.localhost/me/sessions", "[]", ""));
    }

    [Fact]
    public async Task O2_Links_and_half_open_sign_ins_of_one_tenant_are_worthless_in_another()
    {
        await using var app = await TestApp.StartAsync();
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        var carol = await green.Given(Carol, user => user.TwoFactorEnabled = true);
        await blue.Given(Carol, user => user.TwoFactorEnabled = true);
        var (secret, pending) = (SessionKey.Create(), SessionKey.Create());
        await green.Run(async (UserAdminDbContext db) =>
        {
            foreach (var purpose in Enum.GetValues<OneTimePurpose>())
                db.OneTimeTokens.Add(new() { UserId = carol.Id, Purpose = purpose, Hash = SessionKey.Hash($"{purpose}{secret}"), CreatedAt = app.Clock.Now, ExpiresAt = app.Clock.Now.AddHours(1) });
            db.PendingSignIns.Add(new() { UserId = carol.Id, KeyHash = SessionKey.Hash(pending), Method = "pwd", CreatedAt = app.Clock.Now, ExpiresAt = app.Clock.Now.AddMinutes(5) });
            db.Authenticators.Add(new() { UserId = carol.Id, Name = "Phone", ProtectedSeed = "seed", CreatedAt = app.Clock.Now, ConfirmedAt = app.Clock.Now });
            return await db.SaveChangesAsync(Cancel);
        });

        foreach (var purpose in Enum.GetValues<OneTimePurpose>())
        {
            Assert.NotNull(await green.Run((OneTimeTokens tokens) => tokens.FindAsync($"{purpose}{secret}", purpose, Cancel)));
            Assert.Null(await blue.Run((OneTimeTokens tokens) => tokens.FindAsync($"{purpose}{secret}", purpose, Cancel)));
            Assert.Null(await app.Run((OneTimeTokens tokens) => tokens.FindAsync($"{purpose}{secret}", purpose, Cancel)));
        }
        async Task<string?> SecondStep(string host)
        {
            using var browser = app.Open(host: host);
            browser.Keep("__Host-useradmin-pending", pending);
            using var page = await browser.Get("/account/two-factor");
            return page.Target?.Split('?')[0] ?? "is open";
        }
        Assert.Equal("is open", await SecondStep(green.Host));
        Assert.Equal("/account/sign-in", await SecondStep(blue.Host));
        Assert.Equal("/account/sign-in", await SecondStep("localhost"));
    }

    [Fact]
    public async Task O2_What_one_tenant_encrypted_no_other_reads_and_no_device_is_known_twice()
    {
        await using var app = await TestApp.StartAsync();
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        var (hers, other) = (await green.Given(Carol), await blue.Given(Carol));
        using var browser = green.Open();
        await browser.SignIn("carol");
        var origin = new SignInOrigin("192.0.2.1", null, browser.Cookie("__Host-useradmin-device"), null);
        var sealedText = await green.Run(async (IServiceProvider services) =>
        {
            var (outbox, db) = (services.GetRequiredService<Outbox>(), services.GetRequiredService<UserAdminDbContext>());
            await outbox.AddAsync(MailKind.Activation, new(hers.Id, "carol@example.org", "Carol", "en"), null, Cancel, ("link", "https://green.localhost/x"), ("hours", "24"));
            await db.SaveChangesAsync(Cancel);
            return await db.OutboxMessages.AsNoTracking().OrderByDescending(m => m.Id).FirstAsync(Cancel);
        });

        Assert.NotNull(await green.Run((Devices devices) => devices.FindAsync(hers.Id, origin, Cancel)));
        Assert.Null(await blue.Run((Devices devices) => devices.FindAsync(other.Id, origin, Cancel)));
        Assert.NotNull(await green.Run((Outbox outbox) => Task.FromResult(outbox.Read(sealedText))));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => blue.Run((Outbox outbox) => Task.FromResult(outbox.Read(sealedText))).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task E11_Whoever_comes_after_a_deleted_tenant_with_its_domain_and_people_inherits_nothing()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        using var before = await blue.SignInAs(blue.Alice);
        var key = before.Cookie("__Host-useradmin")!;
        await app.Run((TenantLifecycle tenants) => tenants.DeleteAsync(blue.Id, "blue", "closed", Actor.System, Cancel));
        app.Clock.Advance(TimeSpan.FromDays(31));
        await app.Run((TenantRemoval removal) => removal.RemoveAsync(Cancel));

        var made = await app.Run((TenantService tenants) => tenants.CreateAsync(FindingTenantsTests.Form("navy", "blue.localhost"), Actor.System, Cancel));
        using var after = app.Open(host: "blue.localhost");
        after.Keep("__Host-useradmin", key);

        Assert.Null(made.Problem);
        Assert.Equal("/account/sign-in?returnUrl=%2Fusers", (await after.Get("/users")).Target);
        var aliceBefore = blue.Alice.Id;
        await using var navy = app.Services.GetRequiredService<IServiceScopeFactory>().CreateFor((await app.Services.GetRequiredService<TenantDirectory>().FindActiveAsync("navy", Cancel))!);
        var db = navy.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        Assert.Equal(["olga@navy.example"], await db.Users.Select(u => u.Email).ToListAsync(Cancel));
        Assert.Equal((0, 0, 0), (await db.Sessions.CountAsync(Cancel), await db.Devices.CountAsync(Cancel), await db.AuditEvents.CountAsync(e => e.TargetId == aliceBefore, Cancel)));
    }

    [Fact]
    public async Task O1_The_pages_for_tenants_are_in_the_first_tenant_only()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        using var inBlue = await blue.SignInAs(blue.Alice);
        using var stranger = blue.Open();
        using var atHome = await app.SignInAs(app.Alice);

        foreach (var address in new[] { "/tenants", "/tenants/new", $"/tenants/{blue.Id}" })
        {
            using var page = await inBlue.Get(address);
            Assert.Equal((address, 404), (address, (int)page.StatusCode));
            Assert.Contains("There is nothing here", await page.Text());
            Assert.Equal($"/account/sign-in?returnUrl={Uri.EscapeDataString(address)}", (await stranger.Get(address)).Target);
            Assert.Equal((address, 200), (address, (int)(await atHome.Get(address)).StatusCode));
        }
        Assert.DoesNotContain("href=\"/tenants\"", await (await inBlue.Get("/users")).Text());
        Assert.Contains("href=\"/tenants\"", await (await atHome.Get("/users")).Text());
        Assert.Contains("blue.localhost", await (await atHome.Get("/tenants")).Text());
        Assert.Empty(await blue.Events(AuditAction.AccessDenied));
    }

    [Fact]
    public async Task O1_The_set_up_page_with_its_token_is_the_first_tenants_alone()
    {
        await using var app = await TestApp.StartEmptyAsync();
        var token = app.Services.GetRequiredService<SetupToken>().Create();
        var blue = await TestTenant.MakeAsync(app, "blue");
        await blue.Run((UserAdminDbContext db) => db.RoleAssignments.ExecuteDeleteAsync(Cancel));
        using var stranger = blue.Open();
        using var atHome = app.Open();
        var form = await (await atHome.Get("/setup")).Text();

        using var page = await stranger.Get("/setup");
        using var posted = await stranger.Submit("/setup", form, ("Token", token), ("FirstName", "Mallory"), ("LastName", "M"), ("Email", "m@example.org"), ("Password", Cast.Password));

        Assert.Equal("/account/sign-in", page.Target);
        Assert.Equal(0, await blue.Run((UserAdminDbContext db) => db.Users.CountAsync(u => u.Email == "m@example.org", Cancel)));
    }

    private static async Task FillWithCanariesAsync(TestTenant green)
    {
        var normalizer = green.Services.GetRequiredService<ILookupNormalizer>();
        await green.Run(async (UserAdminDbContext db) =>
        {
            var now = green.Clock.Now;
            for (var i = 0; i < Many - 2; i++)
            {
                var user = new User { CreatedAt = now, UpdatedAt = now, ActivatedAt = now, City = Canary };
                user.Rename(Canary, $"Cooper {i}");
                user.Identify($"{Canary}{i}", $"{Canary}{i}@example.org", normalizer);
                db.Users.Add(user);
                db.Sessions.Add(new() { UserId = user.Id, KeyHash = user.Id.ToByteArray(), UserAgent = Canary, Browser = Canary, System = Canary, CreatedAt = now, AuthenticatedAt = now, LastActivityAt = now, ExpiresAt = now.AddHours(12) });
                db.Record(AuditAction.UserCreated, Actor.System, user, now, reason: Canary);
                db.Invitations.Add(new() { Email = $"{Canary}{i}@example.net", NormalizedEmail = $"{Canary}{i}@example.net".ToUpperInvariant(), Hash = user.Id.ToByteArray(), Language = "en", InvitedByName = Canary, CreatedAt = now, SentAt = now, ExpiresAt = now.AddDays(7) });
                db.OutboxMessages.Add(new() { Recipient = $"{Canary}{i}@example.org", Template = "activation", Language = "en", Subject = Canary, CreatedAt = now, NextAttemptAt = now });
            }
            db.Organizations.Add(new() { Name = Canary, NormalizedName = Canary.ToUpperInvariant(), CreatedAt = now, UpdatedAt = now });
            db.Roles.Add(new() { Name = Canary, NormalizedName = Canary.ToUpperInvariant(), CreatedAt = now, UpdatedAt = now });
            db.CustomFields.Add(new() { Key = "canary", Label = Canary, CreatedAt = now });
            db.TermsVersions.Add(new() { Number = 1, Body = Canary, PublishedAt = now, PublishedByName = Canary });
            db.MailTemplates.Add(new() { Key = "activation", Language = "en", Version = 1, Subject = Canary, Body = Canary, SavedByName = Canary });
            return await db.SaveChangesAsync(Cancel);
        });
    }

    // Every page of the portal that can be opened without knowing an id.
    private static IEnumerable<string> AddressesOf(TestApp app) =>
        app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null && endpoint.RoutePattern.Parameters.Count == 0)
            .Select(endpoint => endpoint.RoutePattern.RawText!).Distinct().Where(route => route.StartsWith('/'))
            .Concat(["/settings/sessions", "/settings/terms", "/notifications/templates/activation", "/account/terms", "/me/activity.csv", "/me/activity.json"]);

    private static string[] SearchesFor(string word) =>
    [
        $"/users?search={word}", $"/users?search={word[..3]}", $"/users/deleted?search={word}", $"/sessions?search={word}", $"/sessions?state=over&search={word}", $"/sessions?browser={word}",
        $"/audit?search={word}", $"/invitations?email={word}", $"/notifications?recipient={word}", $"/security/coverage?search={word}", $"/me/activity?search={word}", $"/tenants?search={word}",
    ];

    // What differs between any two answers is taken out.
    private static async Task<(int, string)> AnswerAsync(Browser browser, string address, Guid id)
    {
        using var response = await browser.Get(address.Replace("{id}", $"{id}", StringComparison.Ordinal));
        var text = (await response.Text()).Replace($"{id}", "ID", StringComparison.OrdinalIgnoreCase);
        text = Regex.Replace(text, @"nonce=""[^""]*""|value=""[A-Za-z0-9_+/=-]{40,}""|<!--Blazor[^>]*-->|\d{2}:\d{2}(:\d{2})?|[A-Z0-9]{13}:[0-9A-F]{8}", "");
        return ((int)response.StatusCode, text);
    }
}
