using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Tenants;

public class FindingTenantsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task O2_Each_host_name_shows_the_people_of_its_own_tenant(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        await blue.Given(Carol, user => user.Rename("Bluebird", "Cooper"));
        await green.Given(Carol, user => user.Rename("Greenfinch", "Cooper"));
        await app.Given(Carol, user => user.Rename("Homebody", "Cooper"));
        using var inBlue = await blue.SignInAs(blue.Alice);
        using var inGreen = await green.SignInAs(green.Alice);
        using var atHome = await app.SignInAs(app.Alice);

        string[] names = ["Bluebird", "Greenfinch", "Homebody"];
        foreach (var (browser, own) in new[] { (inBlue, "Bluebird"), (inGreen, "Greenfinch"), (atHome, "Homebody") })
        {
            var page = await (await browser.Get("/users")).Text();
            Assert.Equal([own], names.Where(name => page.Contains(name, StringComparison.Ordinal)));
        }
    }

    [Theory, InlineData("x.localhost"), InlineData("blue.localhost.evil.example"), InlineData("ablue.localhost"), InlineData("blue.localhost."), InlineData("tenant-blue.localhost")]
    public async Task A13_A_host_that_belongs_to_nobody_is_refused(string host)
    {
        await using var app = await TestApp.StartAsync();
        await TestTenant.MakeAsync(app, "blue");
        using var browser = app.Open();

        using var response = await browser.Send(new(HttpMethod.Get, "/account/sign-in") { Headers = { Host = host } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task O2_Every_tenant_is_found_below_the_base_domain_and_at_its_own_domain()
    {
        await using var app = await TestApp.StartAsync(("Tenants:BaseDomain", "people.example.org"));
        var made = await app.Run((TenantService tenants) => tenants.CreateAsync(Form("blue", ""), Actor.System, Cancel));
        await app.Run((TenantDomains domains) => domains.AddAsync(made.Value!.Id, new() { Host = "Bücher.example" }, Actor.System, Cancel));
        var directory = app.Services.GetRequiredService<TenantDirectory>();

        Assert.Equal("blue.people.example.org", made.Value!.Host);
        foreach (var host in new[] { "blue.people.example.org", "BLUE.people.example.org", "xn--bcher-kva.example" })
            Assert.Equal((host, "blue"), (host, (await directory.FindByHostAsync(host, Cancel))?.Tenant.Name));
        foreach (var host in new[] { "people.example.org", "a.blue.people.example.org", "green.people.example.org", "blue.example" })
            Assert.Null(await directory.FindByHostAsync(host, Cancel));
    }

    [Fact]
    public async Task E04_Headers_queries_and_forms_that_name_another_tenant_change_nothing()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");
        await blue.Given(Carol, user => user.Rename("Bluebird", "Cooper"));
        using var atHome = await app.SignInAs(app.Alice);
        foreach (var header in new[] { "X-Tenant", "X-Tenant-Id", "X-TenantId", "X-Forwarded-Host", "X-Original-Host", "Forwarded" })
            atHome.Says(header, header == "Forwarded" ? "host=blue.localhost" : header.EndsWith("Host", StringComparison.Ordinal) ? "blue.localhost" : "blue");

        foreach (var address in new[] { "/users", "/users?tenant=blue&tenantId=blue&X-Tenant=blue", $"/users?tenantId={blue.Id}" })
        {
            var page = await (await atHome.Get(address)).Text();
            Assert.DoesNotContain("Bluebird", page);
            Assert.Contains(Cast.Alice.FullName, page);
        }
        using var posted = await atHome.Post("/account/sign-in", ("tenantId", "blue"), ("Form.Login", "carol"));
        Assert.NotEqual(HttpStatusCode.OK, posted.StatusCode);
    }

    [Fact]
    public async Task O1_Another_server_finds_a_new_tenant_within_seconds_and_loses_a_suspended_one()
    {
        await using var app = await TestApp.StartAsync();
        await using var other = app.Beside();
        using var visitor = other.Open(host: "blue.localhost");
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.Get("/account/sign-in")).StatusCode);

        var blue = await TestTenant.MakeAsync(app, "blue");
        other.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.OK, (await visitor.Get("/account/sign-in")).StatusCode);

        await app.Run((TenantLifecycle tenants) => tenants.SuspendAsync(blue.Id, "they asked", Actor.System, Cancel));
        other.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await visitor.Get("/account/sign-in")).StatusCode);
    }

    [Fact]
    public async Task O2_Links_in_a_tenants_mails_name_its_primary_domain()
    {
        await using var app = await TestApp.StartAsync(("Portal:PublicUrl", "https://portal.example:8443"), ("Mail:Host", "mail.example"), ("Mail:From", "portal@example.org"));
        var blue = await TestTenant.MakeAsync(app, "blue");
        await app.Run((TenantDomains domains) => domains.AddAsync(blue.Id, new() { Host = "blue.example" }, Actor.System, Cancel));
        await app.Run((TenantDomains domains) => domains.MakePrimaryAsync(blue.Id, "blue.example", Actor.System, Cancel));

        Assert.Equal("https://blue.example:8443/x", await blue.Run((PublicAddress address) => Task.FromResult(address.Link("/x"))));
        Assert.Equal("https://blue.localhost:8443/x", await blue.Run((PublicAddress address) => Task.FromResult(address.LinkHere("/x"))));
        Assert.Equal("https://portal.example:8443/x", await app.Run((PublicAddress address) => Task.FromResult(address.Link("/x"))));
        Assert.Contains("https://blue.localhost:8443/account/activate/", (await blue.LastMail(Core.Notifications.MailKind.Activation)).Text);
        Assert.Empty(await app.Mails());
    }

    internal static TenantForm Form(string name, string domain) =>
        new() { Name = name, Title = $"The {name}", Domain = domain, OwnerFirstName = "Olga", OwnerLastName = "Owner", OwnerEmail = $"olga@{name}.example" };
}
