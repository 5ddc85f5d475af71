using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;
using UserAdmin.Tests.Api;
using UserAdmin.Tests.Guards;

namespace UserAdmin.Tests.TwoFactor;

/// <summary>What people can do from whom a second factor is required and who have none.</summary>
public class EnforcementTests
{
    private const string Enrol = "/me/enrol";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M05_During_the_days_to_set_one_up_every_page_says_how_many_are_left_and_afterwards_there_is_only_the_set_up()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);
        Assert.DoesNotContain("Your account needs a second factor", await (await browser.Get("/me")).Text());

        await app.Run((FactorEnforcement factors) => factors.RequireAsync(carol.Id, Guarded.Reason, app.Alice, Cancel));
        app.Clock.Advance(TimeSpan.FromSeconds(5.1));
        var during = await (await browser.Get("/me")).Text();
        Assert.Contains("Your account needs a second factor", during);
        Assert.Contains("7 days are left", during);

        app.Clock.Advance(TimeSpan.FromDays(7));
        using var later = await app.SignInAs(carol);
        Assert.Equal((HttpStatusCode.Found, Enrol), await Where(later, "/me"));
        Assert.Equal((HttpStatusCode.Found, Enrol), await Where(later, "/no-such-page"));
        var page = await later.Get(Enrol);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Set up a second factor", await page.Text());
    }

    [Fact]
    public async Task M05_Requiring_it_of_a_role_limits_open_sessions_within_five_seconds_and_setting_one_up_frees_them()
    {
        await using var app = await TestApp.StartAsync();
        var bob = await app.Given(Bob);
        using var browser = await app.SignInAs(bob);
        await app.SetPolicy(policy => policy.GraceDays = 0, app.Alice);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/users")).StatusCode);

        var enforced = await app.Run((FactorEnforcement factors) => factors.RequireOfRoleAsync(SystemRoles.Owner.Id, true, Guarded.Reason, app.Alice, Cancel));
        Assert.True(enforced.Succeeded);
        app.Clock.Advance(TimeSpan.FromSeconds(5.1));
        Assert.Equal((HttpStatusCode.Found, Enrol), await Where(browser, "/users"));

        await app.Run((UserAdminDbContext db) => db.Users.Where(u => u.UserName == Bob.UserName).ExecuteUpdateAsync(u => u.SetProperty(x => x.TwoFactorEnabled, true), Cancel));
        app.Clock.Advance(TimeSpan.FromSeconds(5.1));
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/users")).StatusCode);
    }

    [Fact]
    public async Task M05_Nobody_gets_round_it_by_any_address()
    {
        await using var app = await TestApp.StartAsync();
        var bob = await GivenOverdue(app);
        using var browser = await app.SignInAs(bob);
        using var program = await ApiClient.SignInAsync(app, bob);
        var routes = app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && !endpoint.RoutePattern.RawText!.StartsWith("/_", StringComparison.Ordinal))
            // Signing out comes last: it ends the session that all the others are tried with.
            .OrderBy(endpoint => endpoint.RoutePattern.RawText!.EndsWith("/logout", StringComparison.Ordinal)).ToList();
        var open = new List<string>();
        Assert.NotEmpty(routes);

        foreach (var route in routes)
        {
            var path = string.Join('/', route.RoutePattern.RawText!.Split('/').Select(part => part.StartsWith('{') ? part.Contains("guid") || part.Contains("Id", StringComparison.Ordinal) ? $"{app.Alice.Id}" : "1" : part));
            var methods = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
            if (ApiRouteTests.IsApi(route))
            {
                foreach (var method in methods)
                {
                    using var answer = await program.Send(new(method), path, method is "GET" or "DELETE" ? null : "{}");
                    if (answer.Status != 403 || (string?)(await answer.Json())["code"] != "second_factor.required")
                        open.Add($"{method} {path.Replace($"{app.Alice.Id}", "{id}", StringComparison.Ordinal)}");
                }
                continue;
            }
            if (methods.Contains("GET") && await Where(browser, path) != (HttpStatusCode.Found, Enrol))
                open.Add(path);
            if (methods.Contains("POST"))
            {
                using var posted = await browser.Post(path, ("x", "y"));
                if (posted.StatusCode != HttpStatusCode.Forbidden)
                    open.Add($"POST {path}");
            }
        }

        Assert.Equal(OpenToThem.Order(), open.Distinct().Order());
    }

    // Setting up, and proving for it who they are, in a browser and through a program; a program signs out, too.
    private static readonly string[] OpenToThem =
        ["GET /api/v1/me/second-factor", "POST /api/v1/me/authenticators", "POST /api/v1/me/authenticators/{id}/confirm", "POST /api/v1/auth/confirm", "POST /api/v1/auth/logout", "/me/enrol", "POST /me/enrol", "/account/confirm-identity", "POST /account/confirm-identity", "/account/new-passkey", "POST /account/new-passkey"];

    [Fact]
    public async Task M05_Services_refuse_them_whatever_their_role_was()
    {
        await using var app = await TestApp.StartAsync();
        var bob = await GivenOverdue(app);
        using var browser = await app.SignInAs(bob);
        await browser.Get("/me");
        var session = await app.Run((UserAdminDbContext db) => db.Sessions.Select(s => s.Id).SingleAsync(Cancel));

        var state = await app.Services.GetRequiredService<SessionDirectory>().FindAsync(app.Services.GetRequiredService<TenantDirectory>().Default, session, Cancel);
        var actor = state!.ActingFrom(null, null);
        var refused = await app.Run((UserLifecycle users) => users.LockAsync(app.Alice.Id, null, Guarded.Reason, actor, Cancel));

        Assert.True(actor.MustEnrol);
        Assert.Empty(actor.Access.Everywhere);
        Assert.Equal("not_allowed", refused.Problem?.Code);
        Assert.Equal(bob.UserId, (await app.Event(AuditAction.AccessDenied)).ActorId);
    }

    [Fact]
    public async Task M05_They_can_sign_in_and_out()
    {
        await using var app = await TestApp.StartAsync();
        await GivenOverdue(app);
        using var browser = app.Open();

        using var signedIn = await browser.SignIn(Bob.UserName);
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        Assert.Equal((HttpStatusCode.Found, Enrol), await Where(browser, "/"));
        using var left = await browser.Post("/account/sign-out", [.. FormToken(await (await browser.Get(Enrol)).Text())]);
        Assert.Equal("/account/sign-in", left.Target);
        Assert.Equal("/account/sign-in?returnUrl=%2Fme", (await Where(browser, "/me")).Target);
    }

    private static async Task<Actor> GivenOverdue(TestApp app) => await app.Given(Bob, user => user.SecondFactorDueAt = app.Clock.Now);

    private static async Task<(HttpStatusCode Status, string? Target)> Where(Browser browser, string path)
    {
        using var response = await browser.Get(path);
        return (response.StatusCode, response.Target);
    }

    private static IEnumerable<(string, string)> FormToken(string page)
    {
        const string mark = "name=\"__RequestVerificationToken\" value=\"";
        var at = page.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        yield return ("__RequestVerificationToken", page[at..page.IndexOf('"', at)]);
    }
}
