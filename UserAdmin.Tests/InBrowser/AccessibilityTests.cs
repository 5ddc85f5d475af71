using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Users;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class AccessibilityTests(Chromium chromium) : BrowserTest(chromium)
{
    // What is still coming into view or fading has other colours than when it stands.
    private const string Check = """
        async () => (await Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().iterations !== Infinity).map(a => a.finished.catch(() => null))),
            await axe.run()).violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' | ')}`)
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly List<string> found = [];

    [Theory]
    [InlineData(ColorScheme.Light, 1366, 850)]
    [InlineData(ColorScheme.Dark, 1366, 850)]
    [InlineData(ColorScheme.Light, 390, 844)]
    [InlineData(ColorScheme.Dark, 390, 844)]
    public async Task Axe_finds_nothing_and_nothing_sticks_out_on_any_page(ColorScheme colours, int width, int height)
    {
        var alice = await App.Given(Alice);
        var carol = await App.Given(Carol);
        await App.Given(Dave, user => user.ActivatedAt = null);
        await App.Given(new Person("Erin", "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessen", null));
        await App.Run((UserLifecycle users) => users.LockAsync(carol.Id, null, "A test", alice, TestContext.Current.CancellationToken));
        var tab = await Open(options: new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = width, Height = height } });

        await tab.Go("/account/sign-in", isPortal: false);
        await Look(tab, "sign-in");
        await tab.Button("Sign in").ClickAsync();
        await Expect(tab[".validation-message"].First).ToBeVisibleAsync();
        await Look(tab, "sign-in refused");
        await tab.Go("/account/activate", isPortal: false);
        await Look(tab, "dead link");
        foreach (var page in new[] { "forgot-password", "reset-password", "not-me", "register", "resend-confirmation", "confirm-email" })
        {
            await tab.Go($"/account/{page}", isPortal: false);
            await Look(tab, page);
        }
        await tab.SignIn(Alice);
        await Look(tab, "my account");
        foreach (var page in new[] { "/", "/users?status=active,locked", "/users?search=nobody", "/users/deleted", $"/users/{carol.Id}", $"/users/{carol.Id}/sessions", "/audit?outcome=success", "/audit/proof", "/audit/retention", $"/audit/erasure?person={Guid.Empty}", "/audit/verification", "/notifications", "/notifications?state=dead", "/notifications/templates", "/notifications/templates/activation", "/audit?address=1", "/audit?by=month", "/audit/forwarding", "/audit/forwarding/new", "/jobs", "/jobs/runs", "/jobs/jobs.clean", "/jobs/backup.sqlite", "/settings/dormancy", "/me/preferences", "/me/activity", "/me/exports", "/me/privacy", "/me/notifications", $"/people/{alice.Id}" })
        {
            await tab.Go(page);
            await Expect(tab["[aria-busy=true]"]).ToHaveCountAsync(0);
            await Look(tab, page);
        }

        await tab.Go("/users/new");
        await tab.Button("Create user").ClickAsync();
        await Expect(tab[".validation-message"].First).ToBeVisibleAsync();
        await Look(tab, "new user, refused");
        await tab.Go("/users");
        foreach (var menu in new[] { "Filter", "Columns", "Views" })
        {
            await tab[".tools summary"].Filter(new() { HasText = menu }).ClickAsync();
            await Look(tab, menu);
            await tab.Page.Keyboard.PressAsync("Escape");
        }
        await tab.Go("/audit");
        await tab[".event summary"].First.ClickAsync();
        await Look(tab, "an event");
        await tab[".tools summary"].First.ClickAsync();
        await Look(tab, "audit filter");
        await tab.Find("Dave Dyer");
        await tab.Button("Make activation link").ClickAsync();
        await Expect(tab.Field("Activation link")).ToBeVisibleAsync();
        await Look(tab, "activation link");
        await tab.Button("Edit Contact").ClickAsync();
        await Look(tab, "a section");
        await tab.Button("Cancel").ClickAsync();
        await tab.Button("Delete user").ClickAsync();
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete user" }).ClickAsync();
        await Expect(tab[".validation-message"].First).ToBeVisibleAsync();
        await Look(tab, "dialog");
        tab.Expect(404);
        await tab.Go("/nothing", isPortal: false);
        await Look(tab, "not found");

        Assert.Empty(found);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1366, 850)]
    [InlineData(ColorScheme.Dark, 390, 844)]
    public async Task Axe_finds_nothing_and_nothing_sticks_out_where_it_is_said_who_may_do_what(ColorScheme colours, int width, int height)
    {
        var cancel = TestContext.Current.CancellationToken;
        var alice = await App.Given(Alice);
        var dave = await App.Given(Dave);
        var acme = await App.GivenPlace("Acme");
        await App.GivenPlace("Branch", acme);
        var carol = await App.Given(Carol, SystemRoles.OrganizationManager, acme);
        var night = await App.GivenRole("Night manager", Permission.UsersView);
        var team = (await App.Run((TeamService teams) => teams.CreateAsync(acme, new() { Name = "Pilots" }, alice, cancel))).Value;
        await App.Run((TeamService teams) => teams.AddMemberAsync(team, carol.Id, alice, cancel));
        await App.Run((CustomFieldService fields) => fields.CreateAsync(new() { Label = "Staff number", Key = "staff_number" }, alice, cancel));
        var review = (await App.Run((AccessReviewService reviews) => reviews.StartAsync(
            new() { Name = "Spring", OrganizationId = acme, ReviewerId = alice.Id, DueOn = DateOnly.FromDateTime(DateTime.UtcNow.AddDays(9)) }, alice, cancel))).Value;
        await App.Run((InvitationService invitations) => invitations.InviteAsync(new() { Addresses = Carol.Email, OrganizationId = acme }, alice, cancel));
        var tab = await Open(options: new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = width, Height = height } });
        await tab.SignIn(Alice);

        foreach (var page in new[]
        {
            "/roles", "/roles/new", $"/roles/{night}", $"/roles/{night}/details", $"/roles/{SystemRoles.OrganizationManager.Id}", $"/roles/{SystemRoles.OrganizationManager.Id}/members",
            "/roles/who-can?permission=users.view", $"/roles/compare?a={alice.Id}&b={carol.Id}", $"/users/{carol.Id}/access", $"/users/{carol.Id}/organizations", "/me/access",
            "/organizations", "/organizations/new", $"/organizations/{acme}", $"/organizations/{acme}/members", $"/organizations/{acme}/teams", $"/organizations/{acme}/settings", $"/teams/{team}",
            "/invitations", "/invitations/new", "/access-requests", "/me/access-requests", "/access-reviews", "/access-reviews/new", $"/access-reviews/{review}",
            "/reports", "/reports/sign-ins", "/reports/peak-hours", "/reports/access", "/reports/new", "/reports/schedules", "/reports/schedules/new?report=access",
            "/tenants", "/tenants/new", "/me/tokens", "/service-accounts", "/settings/features", "/settings/branding", "/settings/fields",
        })
        {
            await tab.Go(page);
            await Expect(tab["[aria-busy=true]"]).ToHaveCountAsync(0);
            await Look(tab, page);
        }

        await tab.Button("New field").ClickAsync();
        await Expect(tab.Dialog.GetByLabel("Label")).ToBeVisibleAsync();
        await Look(tab, "a profile field");
        await tab.Go($"/users/{dave.Id}/access");
        await tab.Button("Give a role").ClickAsync();
        await Expect(tab.Dialog.GetByLabel("Reason")).ToBeVisibleAsync();
        await Look(tab, "give a role");
        await tab.Go($"/users/{dave.Id}");
        await tab.Button("Act as Dave Dyer").ClickAsync();
        await tab.Dialog.GetByLabel("Reason").FillAsync("To help");
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(tab[".acting"]).ToBeVisibleAsync();
        await tab.Go("/me");
        await Look(tab, "acting");

        Assert.Empty(found);
    }

    private async Task Look(Tab tab, string what)
    {
        await tab.Page.EvaluateAsync($"() => {{ if (!window.axe) {{ {Axe} }} }}");
        found.AddRange((await tab.Page.EvaluateAsync<string[]>(Check)).Select(violation => $"{what}: {violation}"));
        var tooWide = await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (tooWide > 0)
            found.Add($"{what}: sticks out by {tooWide}");
    }
}
