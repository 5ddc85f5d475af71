using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Security;

namespace UserAdmin.Tests.Guards;

public class RouteTests
{
    // What a stranger, Carol (no role) and Alice (administrator) get. A route that isn't here fails the test below: say who may use it.
    private static readonly Dictionary<string, (string Try, int Stranger, int Carol, int Alice)> Matrix = new()
    {
        ["/"] = ("/", 302, 302, 200),
        ["/me"] = ("/me", 302, 200, 200),
        ["/me/avatar"] = ("POST /me/avatar", 302, 400, 400),
        ["/users/{id:guid}/avatar/{version:length(32)}"] = ("/users/{alice}/avatar/01234567890123456789012345678901", 302, 404, 404),
        ["/me/activity"] = ("/me/activity", 302, 200, 200),
        ["/me/activity.csv"] = ("/me/activity.csv", 302, 200, 200),
        ["/me/activity.json"] = ("/me/activity.json", 302, 200, 200),
        ["/me/exports"] = ("/me/exports", 302, 200, 200),
        ["/me/exports/{id:guid}/file"] = ("/me/exports/{alice}/file", 302, 404, 404),
        ["/exports/new"] = ("POST /exports/new", 302, 400, 400),
        ["/me/privacy"] = ("/me/privacy", 302, 200, 200),
        ["/me/notifications"] = ("/me/notifications", 302, 200, 200),
        ["/people/{Id:guid}"] = ("/people/{alice}", 302, 200, 200),
        ["/me/preferences"] = ("/me/preferences", 302, 200, 200),
        ["/users"] = ("/users", 302, 403, 200),
        ["/users/new"] = ("/users/new", 302, 403, 200),
        ["/users/deleted"] = ("/users/deleted", 302, 403, 200),
        ["/users/{Id:guid}"] = ("/users/{alice}", 302, 403, 200),
        ["/users/{Id:guid}/{Tab}"] = ("/users/{alice}/sessions", 302, 403, 200),
        ["/me/access"] = ("/me/access", 302, 200, 200),
        ["/roles"] = ("/roles", 302, 403, 200),
        ["/roles/new"] = ("/roles/new", 302, 403, 200),
        ["/roles/{Id:guid}"] = ("/roles/01900000-0000-7000-8000-000000000001", 302, 403, 200),
        ["/roles/{Id:guid}/{Tab}"] = ("/roles/01900000-0000-7000-8000-000000000001/members", 302, 403, 200),
        ["/roles/who-can"] = ("/roles/who-can?permission=users.view", 302, 403, 200),
        ["/roles/compare"] = ("/roles/compare", 302, 403, 200),
        ["/organizations"] = ("/organizations", 302, 403, 200),
        ["/organizations/new"] = ("/organizations/new", 302, 403, 200),
        ["/organizations/{Id:guid}"] = ("/organizations/{alice}", 302, 403, 404),
        ["/organizations/{Id:guid}/{Tab}"] = ("/organizations/{alice}/members", 302, 403, 404),
        ["/teams/{Id:guid}"] = ("/teams/{alice}", 302, 403, 404),
        ["/security/coverage"] = ("/security/coverage", 302, 403, 200),
        ["/account/access-pass"] = ("/account/access-pass", 302, 302, 302),
        ["/me/tokens"] = ("/me/tokens", 302, 200, 200),
        ["/service-accounts"] = ("/service-accounts", 302, 403, 200),
        ["/service-accounts/{Id:guid}"] = ("/service-accounts/{alice}", 302, 403, 404),
        ["/me/enrol"] = ("/me/enrol", 302, 200, 200),
        ["/me/sessions"] = ("/me/sessions", 302, 200, 200),
        ["/sessions"] = ("/sessions", 302, 403, 200),
        ["/sessions/figures"] = ("/sessions/figures", 302, 403, 200),
        ["/reports"] = ("/reports", 302, 403, 200),
        ["/reports/new"] = ("/reports/new", 302, 403, 200),
        ["/reports/{Id:guid}"] = ("/reports/{alice}", 302, 403, 404),
        ["/reports/{Id:guid}/edit"] = ("/reports/{alice}/edit", 302, 403, 404),
        ["/reports/schedules"] = ("/reports/schedules", 302, 403, 200),
        ["/reports/schedules/new"] = ("/reports/schedules/new?report=sign-ins", 302, 403, 200),
        ["/reports/schedules/{Id:guid}"] = ("/reports/schedules/{alice}", 302, 403, 404),
        ["/reports/{Code}"] = ("/reports/sign-ins", 302, 403, 200),
        ["/audit"] = ("/audit", 302, 403, 200),
        ["/audit/forwarding"] = ("/audit/forwarding", 302, 403, 200),
        ["/audit/forwarding/new"] = ("/audit/forwarding/new", 302, 403, 200),
        ["/audit/forwarding/{Id:guid}"] = ("/audit/forwarding/{alice}", 302, 403, 404),
        ["/audit/verification"] = ("/audit/verification", 302, 403, 200),
        ["/audit/checkpoints.txt"] = ("/audit/checkpoints.txt", 302, 404, 200),
        ["/audit/proof"] = ("/audit/proof", 302, 403, 200),
        ["/audit/proof/file"] = ("POST /audit/proof/file", 302, 403, 400),
        ["/audit/retention"] = ("/audit/retention", 302, 403, 200),
        ["/audit/erasure"] = ("/audit/erasure", 302, 403, 200),
        ["/invitations"] = ("/invitations", 302, 403, 200),
        ["/me/access-requests"] = ("/me/access-requests", 302, 200, 200),
        ["/access-requests"] = ("/access-requests", 302, 403, 200),
        ["/access-reviews"] = ("/access-reviews", 302, 200, 200),
        ["/access-reviews/new"] = ("/access-reviews/new", 302, 403, 200),
        ["/access-reviews/{Id:guid}"] = ("/access-reviews/{alice}", 302, 404, 404),
        ["/invitations/new"] = ("/invitations/new", 302, 403, 200),
        ["/account/invitation"] = ("/account/invitation", 200, 200, 200),
        ["/account/invitation/{secret:length(43)}"] = ("/account/invitation/0123456789012345678901234567890123456789012", 302, 302, 302),
        ["/account/terms"] = ("/account/terms", 200, 200, 200),
        ["/account/accept-terms"] = ("/account/accept-terms", 302, 302, 302),
        ["/jobs"] = ("/jobs", 302, 403, 200),
        ["/jobs/{Code}"] = ("/jobs/jobs.clean", 302, 403, 200),
        ["/jobs/runs"] = ("/jobs/runs", 302, 403, 200),
        ["/jobs/runs/{Id:guid}"] = ("/jobs/runs/{alice}", 302, 403, 404),
        ["/notifications"] = ("/notifications", 302, 403, 200),
        ["/notifications/sink"] = ("/notifications/sink", 302, 403, 404),
        ["/notifications/templates"] = ("/notifications/templates", 302, 403, 200),
        ["/notifications/templates/{Key}"] = ("/notifications/templates/activation", 302, 403, 200),
        ["/settings"] = ("/settings", 302, 403, 200),
        ["/settings/fields"] = ("/settings/fields", 302, 403, 200),
        ["/settings/branding/logo"] = ("POST /settings/branding/logo", 302, 403, 400),
        ["/brand/logo/{version:length(32)}"] = ("/brand/logo/01234567890123456789012345678901", 404, 404, 404),
        ["/settings/{Section}"] = ("/settings/sessions", 302, 403, 200),
        ["/tenants"] = ("/tenants", 302, 403, 200),
        ["/tenants/new"] = ("/tenants/new", 302, 403, 200),
        ["/tenants/{Id:guid}"] = ("/tenants/{alice}", 302, 403, 404),
        ["/account/sign-in"] = ("/account/sign-in", 200, 302, 302),
        ["/me/security"] = ("/me/security", 302, 200, 200),
        ["/account/new-passkey"] = ("/account/new-passkey", 302, 200, 200),
        ["/account/confirm-identity"] = ("/account/confirm-identity", 302, 200, 200),
        ["/account/passkey/options/{purpose}"] = ("POST /account/passkey/options/sign-in", 400, 400, 400),
        ["/account/passkey/sign-in"] = ("POST /account/passkey/sign-in", 400, 400, 400),
        ["/account/passkey/second-step"] = ("POST /account/passkey/second-step", 400, 400, 400),
        ["/account/passkey/confirm"] = ("POST /account/passkey/confirm", 302, 400, 400),
        ["/account/two-factor"] = ("/account/two-factor", 302, 302, 302),
        ["/account/sent-code"] = ("/account/sent-code", 302, 302, 302),
        ["/account/recovery-code"] = ("/account/recovery-code", 302, 302, 302),
        ["/account/stop-acting"] = ("POST /account/stop-acting", 302, 302, 302),
        ["/account/sign-out"] = ("POST /account/sign-out", 302, 400, 400),
        ["/account/activate"] = ("/account/activate", 200, 200, 200),
        ["/account/activate/{secret:length(43)}"] = ("/account/activate/0123456789012345678901234567890123456789012", 302, 302, 302),
        ["/account/external/{key:maxlength(30)}"] = ("/account/external/nobody", 404, 404, 404),
        ["/account/external/{key:maxlength(30)}/callback"] = ("/account/external/nobody/callback", 302, 302, 302),
        ["/account/external-problem"] = ("/account/external-problem", 200, 200, 200),
        ["/account/forgot-password"] = ("/account/forgot-password", 200, 200, 200),
        ["/account/reset-password"] = ("/account/reset-password", 200, 200, 200),
        ["/account/reset-password/{secret:length(43)}"] = ("/account/reset-password/0123456789012345678901234567890123456789012", 302, 302, 302),
        ["/account/not-me"] = ("/account/not-me", 200, 200, 200),
        ["/account/not-me/{secret:length(43)}"] = ("/account/not-me/0123456789012345678901234567890123456789012", 302, 302, 302),
        ["/account/new-password"] = ("/account/new-password", 302, 302, 302),
        ["/account/register"] = ("/account/register", 200, 200, 200),
        ["/account/confirm-email-change"] = ("/account/confirm-email-change", 200, 200, 200),
        ["/account/confirm-email-change/{secret:length(43)}"] = ("/account/confirm-email-change/0123456789012345678901234567890123456789012", 302, 302, 302),
        ["/account/confirm-email"] = ("/account/confirm-email", 200, 200, 200),
        ["/account/confirm-email/{secret:length(43)}"] = ("/account/confirm-email/0123456789012345678901234567890123456789012", 302, 302, 302),
        ["/account/resend-confirmation"] = ("/account/resend-confirmation", 200, 200, 200),
        ["/setup"] = ("/setup", 302, 302, 302),
        ["/error"] = ("/error", 200, 200, 200),
        ["/not-found"] = ("/not-found", 302, 200, 200),
        ["/status/{code:int}"] = ("/status/404", 200, 200, 200),
        ["/.well-known/jwks.json"] = ("/.well-known/jwks.json", 200, 200, 200),
        ["/health/live"] = ("/health/live", 200, 200, 200),
        ["/health/ready"] = ("/health/ready", 200, 200, 200),
        ["/_blazor"] = ("/_blazor", 403, 403, 403),
        ["/_blazor/negotiate"] = ("POST /_blazor/negotiate", 403, 403, 403),
        ["/_blazor/disconnect/"] = ("POST /_blazor/disconnect/", 403, 403, 403),
        ["/_blazor/initializers/"] = ("/_blazor/initializers/", 403, 403, 403),
        ["/_framework/opaque-redirect"] = ("/_framework/opaque-redirect", 302, 400, 400),
    };

    // Who, of those that come with the product, gets what Alice gets where Carol doesn't: Frank at the help desk, Grace the auditor, Ivan who manages an
    // organization, Heidi the manager, Erin the administrator. Everywhere else a role makes no difference. "Ivan:404" is the answer to somebody for whom Alice is out of reach.
    private static readonly Dictionary<string, string> LetIn = new()
    {
        ["/"] = "Grace Heidi Erin",
        ["/users"] = "Frank Grace Ivan Heidi Erin",
        ["/users/new"] = "Ivan Heidi Erin",
        ["/users/deleted"] = "Frank Grace Ivan Heidi Erin",
        ["/users/{Id:guid}"] = "Frank Grace Ivan:404 Heidi Erin",
        ["/users/{Id:guid}/{Tab}"] = "Frank Grace Ivan:404 Heidi Erin",
        ["/roles"] = "Grace Ivan Heidi Erin",
        ["/roles/new"] = "Erin",
        ["/roles/{Id:guid}"] = "Grace Ivan Heidi Erin",
        ["/roles/{Id:guid}/{Tab}"] = "Grace Ivan Heidi Erin",
        ["/roles/who-can"] = "Grace Ivan Heidi Erin",
        ["/roles/compare"] = "Grace Ivan Heidi Erin",
        ["/organizations"] = "Frank Grace Ivan Heidi Erin",
        ["/organizations/new"] = "Ivan Heidi Erin",
        ["/organizations/{Id:guid}"] = "Frank Grace Ivan Heidi Erin",
        ["/organizations/{Id:guid}/{Tab}"] = "Frank Grace Ivan Heidi Erin",
        ["/teams/{Id:guid}"] = "Frank Grace Ivan Heidi Erin",
        ["/security/coverage"] = "Frank Grace Ivan Heidi Erin",
        ["/service-accounts"] = "Erin",
        ["/service-accounts/{Id:guid}"] = "Erin",
        ["/sessions"] = "Frank Grace Ivan Heidi Erin",
        ["/sessions/figures"] = "Frank Grace Ivan:302 Heidi Erin",
        ["/reports"] = "Grace Heidi Erin",
        ["/reports/new"] = "Grace Erin",
        ["/reports/{Id:guid}"] = "Grace Heidi Erin",
        ["/reports/{Id:guid}/edit"] = "Grace Erin",
        ["/reports/schedules"] = "Grace Erin",
        ["/reports/schedules/new"] = "Grace Erin",
        ["/reports/schedules/{Id:guid}"] = "Grace Erin",
        ["/reports/{Code}"] = "Grace Heidi Erin",
        ["/audit"] = "Grace Erin",
        ["/audit/forwarding"] = "Erin",
        ["/audit/forwarding/new"] = "Erin",
        ["/audit/forwarding/{Id:guid}"] = "Erin",
        ["/audit/verification"] = "Grace Erin",
        ["/audit/checkpoints.txt"] = "Grace Erin",
        ["/audit/proof"] = "Grace Erin",
        ["/audit/proof/file"] = "Grace Erin",
        ["/audit/retention"] = "Erin",
        ["/audit/erasure"] = "Erin",
        ["/invitations"] = "Grace Ivan Heidi Erin",
        ["/access-requests"] = "Ivan Heidi Erin",
        ["/access-reviews/new"] = "Erin",
        ["/invitations/new"] = "Ivan Heidi Erin",
        ["/jobs"] = "Grace Erin",
        ["/jobs/{Code}"] = "Grace Erin",
        ["/jobs/runs"] = "Grace Erin",
        ["/jobs/runs/{Id:guid}"] = "Grace Erin",
        ["/notifications"] = "Grace Erin",
        ["/notifications/sink"] = "Grace Erin",
        ["/notifications/templates"] = "Erin",
        ["/notifications/templates/{Key}"] = "Erin",
        ["/settings"] = "Grace Erin",
        ["/settings/{Section}"] = "Grace Erin",
        ["/tenants"] = "",
        ["/tenants/new"] = "",
        ["/tenants/{Id:guid}"] = "",
        ["/settings/branding/logo"] = "Erin",
        ["/settings/fields"] = "Erin",
    };

    [Fact]
    public async Task E01_Every_route_is_in_the_matrix_and_the_matrix_has_no_other()
    {
        await using var app = await TestApp.StartAsync();

        var routes = app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => !IsFile(endpoint) && !ApiRouteTests.IsApi(endpoint)).Select(endpoint => endpoint.RoutePattern.RawText!).Distinct();

        Assert.Equal(Matrix.Keys.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task E01_Every_route_lets_in_whom_the_matrix_says_and_nobody_else()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();
        using var carol = await app.SignInAs(await app.Given(Carol));
        using var alice = await app.SignInAs(app.Alice);

        foreach (var (route, (attempt, forStranger, forCarol, forAlice)) in Matrix)
            Assert.Equal((route, forStranger, forCarol, forAlice), (route, await Try(app, stranger, attempt), await Try(app, carol, attempt), await Try(app, alice, attempt)));
    }

    [Fact]
    public async Task E01_Each_role_opens_what_the_matrix_says_and_nothing_else()
    {
        await using var app = await TestApp.StartAsync();
        List<string> wrong = [];
        foreach (var (name, actor) in new[] { ("Frank", await app.Given(Frank)), ("Grace", await app.Given(Grace)), ("Ivan", await GivenManagerOfAnOrganization(app)), ("Heidi", await app.Given(Heidi)), ("Erin", await app.Given(Erin)) })
        {
            using var browser = await app.SignInAs(actor);
            foreach (var (route, (attempt, _, forCarol, forAlice)) in Matrix)
            {
                var entry = LetIn.GetValueOrDefault(route)?.Split(' ').SingleOrDefault(word => word.Split(':')[0] == name);
                var expected = entry is null ? forCarol : entry.Contains(':') ? int.Parse(entry.Split(':')[1], CultureInfo.InvariantCulture) : forAlice;
                if (await Try(app, browser, attempt) is var answer && answer != expected)
                    wrong.Add($"{name} at {route}: {answer} instead of {expected}");
            }
        }
        Assert.Equal("", string.Join("; ", wrong));
    }

    [Fact]
    public void E01_The_matrix_says_of_every_guarded_route_which_roles_open_it() =>
        Assert.Equal(Matrix.Where(row => row.Value.Carol != row.Value.Alice).Select(row => row.Key).Order(StringComparer.Ordinal), LetIn.Keys.Order(StringComparer.Ordinal));

    private static async Task<Actor> GivenManagerOfAnOrganization(TestApp app)
    {
        var ivan = await app.Given(new("Ivan", "Irving", null));
        await app.Run(async (UserAdminDbContext db) =>
        {
            var organization = new Organization { Name = "Acme", NormalizedName = "ACME", CreatedAt = app.Clock.Now, UpdatedAt = app.Clock.Now };
            db.Add(organization);
            db.Add(new OrganizationPath { AncestorId = organization.Id, OrganizationId = organization.Id });
            db.Add(new Membership { OrganizationId = organization.Id, UserId = ivan.Id, JoinedAt = app.Clock.Now });
            db.Add(new RoleAssignment { UserId = ivan.Id, RoleId = SystemRoles.OrganizationManager.Id, OrganizationId = organization.Id, StartsAt = app.Clock.Now, AssignedAt = app.Clock.Now, AssignedByName = "System" });
            return await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
        app.Services.GetRequiredService<AccessCatalogue>().Forget(app.Services.GetRequiredService<TenantDirectory>().Default);
        return ivan;
    }

    [Fact]
    public async Task E01_A_stranger_who_is_sent_away_is_sent_to_the_sign_in()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();

        foreach (var path in new[] { "/", "/users", "/audit", "/me", $"/users/{app.Alice.Id}", "/no-such-page" })
            Assert.Equal($"/account/sign-in?returnUrl={Uri.EscapeDataString(path)}", (await stranger.Get(path)).Target);
    }

    // The router inside a circuit knows only attributes, so each page must have one.
    [Fact]
    public void E01_Every_page_says_who_may_see_it()
    {
        var pages = typeof(Program).Assembly.GetTypes().Where(type => type.IsDefined(typeof(RouteAttribute), inherit: false)).ToList();

        Assert.NotEmpty(pages);
        Assert.All(pages, page => Assert.True(
            page.IsDefined(typeof(AllowAnonymousAttribute), true) || page.IsDefined(typeof(RequirePermissionAttribute), true) || page.IsDefined(typeof(AuthorizeAttribute), true) || page.Name == "NotFoundPage",
            $"{page.Name} names neither a permission nor [Authorize] nor [AllowAnonymous]."));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task F05_D09_No_address_makes_a_page_fail(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        using var browser = await app.SignInAs(app.Alice);
        var id = app.Alice.Id;
        string[] addresses =
        [
            "/users?search=%00", "/users?search=abc%00", "/users?search=%ED%A0%80", "/users?search=%22", "/users?search=%25%25%25", $"/users?search={new string('a', 199)}😀",
            "/users?sort=name;--", "/users?sort=-", "/users?size=0", "/users?size=1000000000", "/users?size=-1", "/users?status=x,active,7,Active", "/users?after=%00", $"/users?before={id}&after=x", "/users?at=end&after=x",
            "/users?created-from=9999-12-31&created-to=9999-12-31&last-sign-in-from=0001-01-01&last-sign-in-to=9999-12-31", "/users?search=a&search=b", "/users?role=maybe&organization=x",
            "/notifications?state=x&recipient=%00", "/notifications?recipient=%25_'%22&state=waiting", "/notifications?after=x&before=y", "/notifications?at=end", $"/notifications?after={id}", "/notifications/templates/activation?language=xx",
            "/audit?address=%00", "/audit?address=%F0%9F%91%91", "/audit?from=0001-01-01&to=9999-12-31", "/audit?actor=x&target=y", "/audit?action=nope&category=9&outcome=x", "/audit?at=end", $"/audit?after={id}",
            $"/users/{id}/activity?actor=x", $"/users/{id}/sessions?x=%00", "/users/deleted?after=x&at=end", "/me/activity?after=x&category=nope&from=0001-01-01", "/me/activity?at=end&address=%00",
            "/sessions?search=%00", "/sessions?search=%25_%22", "/sessions?user=x&state=x&browser=x&system=%00&address=%F0%9F%91%91&risk=7&since=0001-01-01", "/sessions?at=end", $"/sessions?after={id}&before=x",
            "/roles?search=%00&show=x", "/roles?show=unused&at=end", $"/roles?after={id}&search=%25_", "/roles/who-can?permission=nope&organization=x", $"/roles/who-can?permission=users.view&organization={id}&after=x", "/roles/who-can?permission=access_requests.create&at=end",
            $"/roles/compare?a={id}&b=x", $"/roles/compare?a={id}&b={Guid.Empty}", $"/users/{id}/access?x=%00", $"/roles/new?like={id}", "/roles/new?like=%00",
            "/tenants?search=%00%25_'&status=x", "/tenants?at=end&after=x", "/tenants?before=%F0%9F%91%91",
            "/sessions?state=over&since=2020-01-01&risk=suspicious&browser=firefox&system=linux&search=alice", "/sessions?state=open&risk=unusual",
            $"/invitations?organization={id}&state=failed&email=%00", "/invitations?organization=x&state=queued&at=end", $"/invitations/new?organization={id}", "/invitations/new?organization=%00",
            "/access-requests?state=x&after=%00", $"/access-requests?state=all&before={id}", "/access-requests?state=approved&at=end",
        ];

        foreach (var address in addresses)
        {
            using var response = await browser.Get(address);
            Assert.Equal((address, 200), (address, (int)response.StatusCode));
            Assert.DoesNotContain("Something went wrong on this page", await response.Text());
        }
    }

    [Theory, InlineData("/users/01900000-0000-7000-8000-00000000dead"), InlineData("/users/not-an-id"), InlineData("/users/{alice}/no-such-tab"), InlineData("/no-such-page")]
    public async Task An_unknown_address_is_a_page_that_says_so(string address)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var response = await browser.Get(address.Replace("{alice}", $"{app.Alice.Id}", StringComparison.Ordinal));

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Contains("There is nothing here", await response.Text());
    }

    [Fact]
    public async Task Somebody_without_permission_sees_neither_the_pages_nor_their_menu_entries()
    {
        await using var app = await TestApp.StartAsync();
        using var carol = await app.SignInAs(await app.Given(Carol));

        using var refused = await carol.Get("/users");
        var menu = await (await carol.Get("/me")).Text();

        Assert.Contains("This page is not open to you", await refused.Text());
        Assert.DoesNotContain("href=\"/users\"", menu);
        Assert.DoesNotContain("href=\"/audit\"", menu);
    }

    private static bool IsFile(RouteEndpoint endpoint) => endpoint.Metadata.Any(data => data.GetType().Name is "StaticAssetDescriptor" or "BuildAssetMetadata");

    private static async Task<int> Try(TestApp app, Browser browser, string attempt)
    {
        var path = attempt.Split(' ')[^1].Replace("{alice}", $"{app.Alice.Id}", StringComparison.Ordinal);
        using var response = attempt.StartsWith("POST", StringComparison.Ordinal) ? await browser.Post(path, ("x", "y")) : await browser.Get(path);
        return (int)response.StatusCode;
    }
}
