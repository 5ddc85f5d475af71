using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.ExternalSignIn;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Me;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;
using UserAdmin.Tests.TwoFactor;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Tests.Api;
using UserAdmin.Tests.Guards;

namespace UserAdmin.Tests.FeatureFlags;

public partial class FeatureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<Feature> All => [.. Enum.GetValues<Feature>()];

    // Whether a service of the feature does what it is asked, for features that are more than pages behind a permission of theirs. A new feature belongs here.
    private static readonly Dictionary<Feature, Func<TestApp, Actor, Person, Task<bool>>> Works = new()
    {
        [Feature.Invitations] = async (app, alice, _) => (await app.Run((InvitationService service) => service.InviteAsync(new() { Addresses = $"{Guid.NewGuid():N}@example.org", Language = "en" }, alice, Cancel))).Succeeded,
        [Feature.Impersonation] = async (app, alice, carol) => await app.Run(async (ActingService service) => await service.MayStartAsync(await IdOf(app, carol), alice, Cancel)),
        [Feature.Sessions] = async (app, alice, carol) => (await app.Run(async (SessionService service) => await service.EndAllAsync(await IdOf(app, carol), alice, Cancel))).Succeeded,
        [Feature.AuditLog] = async (app, alice, _) => (await app.Run((AuditTrail service) => service.ListAsync(new() { Category = AuditCategory.Access }, PageStart.First, alice, Cancel))).Rows.Count > 0,
        [Feature.SessionFigures] = async (app, alice, _) => await app.Run((SessionFigures service) => service.FindAsync(TimeZoneInfo.Utc, alice, Cancel)) is not null,
        [Feature.PublicProfiles] = async (app, alice, carol) => await app.Run(async (ProfileService service) => await service.FindCardAsync(await IdOf(app, carol), alice, Cancel)) is not null,
        [Feature.ActivityExport] = async (app, alice, _) => await app.Run(async (ActivityExport service) => await service.ReadAsync(new(), "csv", alice, Cancel).AnyAsync(Cancel)),
        [Feature.Passkeys] = async (app, _, carol) => (await app.Run(async (SecondFactors service) => await service.HeldByAsync(await IdOf(app, carol), Cancel))).Passkey,
        [Feature.ExternalSignIn] = async (app, _, _) => (await app.Run((ExternalLogins service) => service.BeginAsync("nobody", Actor.System, Cancel))).Problem != FeatureSwitches.Off,
    };

    [Theory, MemberData(nameof(All))]
    public async Task E13_A_feature_that_is_off_is_refused_by_every_page_endpoint_and_service_and_works_again_when_it_is_on(Feature feature)
    {
        await using var app = await TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        await app.GivenProtected(Carol);
        await app.Run((Refusals refusals) => refusals.RecordAsync("/somewhere", app.Alice, Cancel));
        using var browser = await app.SignInAs(app.Alice);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var before = await Try(app, browser, feature);
        Assert.True(await WorksNow(app, feature));

        await Switch(app, feature, isOn: false);
        var off = await Try(app, browser, feature);
        var overApi = await TryApi(app, program, feature);
        var worksWhileOff = await WorksNow(app, feature);
        var menu = await (await browser.Get("/me")).Text();
        await Switch(app, feature, isOn: true);

        Assert.All(off.Concat(overApi), route => Assert.Equal((route.Key, 404), (route.Key, route.Value)));
        Assert.True(off.Count > 0 || feature.Permissions.Count > 0, "Nothing is part of the feature.");
        if (Works.ContainsKey(feature))
            Assert.False(worksWhileOff);
        Assert.All(off.Keys.Where(route => !route.Contains('{')), route => Assert.DoesNotContain($"href=\"{route}\"", menu, StringComparison.Ordinal));
        Assert.Equal(before, await Try(app, browser, feature));
        Assert.True(await WorksNow(app, feature));
    }

    [Theory, MemberData(nameof(All))]
    public async Task E13_Permissions_of_a_feature_that_is_off_count_for_nothing_at_once(Feature feature)
    {
        await using var app = await TestApp.StartAsync();

        await Switch(app, feature, isOn: false);

        var alice = await app.Now();
        Assert.All(feature.Permissions, permission => Assert.False(alice.Can(permission) || alice.CanSomewhere(permission) || alice.CanIn(Guid.NewGuid(), permission) || alice.Access.ReachOf(permission).IsEverywhere));
    }

    [Fact]
    public async Task E05_E13_Nobody_hands_out_more_than_they_hold_because_a_feature_is_off()
    {
        await using var app = await TestApp.StartAsync();
        var (erin, frank) = (await app.Given(Erin), await app.Given(Frank));

        await Switch(app, Feature.Impersonation, isOn: false);

        var access = await app.Run((AccessEvaluator evaluator) => evaluator.EvaluateAsync(frank.Id, Cancel));
        Assert.False(access.Covers(await app.Run((AccessEvaluator evaluator) => evaluator.EvaluateAsync(erin.Id, Cancel))));
    }

    [Fact]
    public async Task E13_Open_pages_are_told_when_a_feature_is_switched()
    {
        await using var app = await TestApp.StartAsync();
        var told = 0;
        using var watch = app.Services.GetRequiredService<SessionDirectory>().Watch(app.Services.GetRequiredService<TenantDirectory>().Default, Guid.NewGuid(), () => { }, () => told++);

        await Switch(app, Feature.Passkeys, isOn: false);

        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Switching_features_takes_its_own_permission_and_a_recent_sign_in_and_is_recorded()
    {
        await using var app = await TestApp.StartAsync();
        var erin = await app.Given(Erin);

        Assert.Equal(UserProblems.NotAllowed, (await Save(app, Feature.Passkeys, false, erin)).Problem);
        Assert.Equal(StepUp.Needed, (await Save(app, Feature.Passkeys, false, app.Alice.LongSignedIn)).Problem);
        Assert.True((await Save(app, Feature.Passkeys, false, app.Alice)).Succeeded);

        Assert.Equal(["Passkeys: yes -> no"], (await app.Event(AuditAction.SettingsChanged)).Differences);
    }

    [Fact]
    public async Task The_configuration_says_what_is_on_at_first_and_what_nobody_can_change()
    {
        await using var app = await TestApp.StartAsync(("Policies:Features:Passkeys", "false"), ("Policies:Features:Invitations", "false"), ("Features:Pinned", "Passkeys"));

        Assert.False(await IsOn(app, Feature.Passkeys));
        Assert.Equal("feature.pinned", (await Save(app, Feature.Passkeys, true, app.Alice)).Problem?.Code);
        Assert.True((await Save(app, Feature.Invitations, true, app.Alice)).Succeeded);

        Assert.Equal((false, true), (await IsOn(app, Feature.Passkeys), await IsOn(app, Feature.Invitations)));
    }

    [Fact]
    public async Task E13_Switching_impersonation_off_stops_whoever_acts_as_somebody_else()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var alice = await app.Now();
        Assert.True((await app.Run((ActingService acting) => acting.StartAsync(carol.Id, new() { Reason = "Carol needs help" }, alice, Cancel))).Succeeded);

        await Switch(app, Feature.Impersonation, isOn: false, app.Alice);

        var state = await app.Services.GetRequiredService<SessionDirectory>().FindAsync(app.Services.GetRequiredService<TenantDirectory>().Default, alice.SessionId!.Value, Cancel);
        Assert.Equal(alice.UserId, state!.UserId);
        Assert.Equal("The administrator may no longer act as others", (await app.Event(AuditAction.ActingEnded)).Reason);
    }

    private static async Task<bool> WorksNow(TestApp app, Feature feature) => !Works.TryGetValue(feature, out var work) || await work(app, await app.Now(), Carol);

    private static Task<Guid> IdOf(TestApp app, Person person) => app.Run((UserAdminDbContext db) => db.Users.Where(u => u.UserName == person.UserName).Select(u => u.Id).SingleAsync(Cancel));

    private static Task<bool> IsOn(TestApp app, Feature feature) => app.Run((FeatureSwitches switches) => switches.IsOnAsync(feature, Cancel));

    private static async Task Switch(TestApp app, Feature feature, bool isOn, Actor? actor = null) => Assert.True((await Save(app, feature, isOn, actor ?? app.Alice)).Succeeded);

    private static Task<Result> Save(TestApp app, Feature feature, bool isOn, Actor actor) => app.Run(async (FeatureSwitches switches) =>
    {
        var (features, stamp) = await switches.FindAsync(Cancel);
        features.Switch(feature, isOn);
        return await switches.SaveAsync(features, stamp, actor, Cancel);
    });

    // What each route of the feature answers to the owner.
    private static async Task<SortedDictionary<string, int>> Try(TestApp app, Browser browser, Feature feature)
    {
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var route in Parts(app, feature).Where(route => !ApiRouteTests.IsApi(route)))
        {
            var path = PathOf(app, route);
            var isPost = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is ["POST"];
            using var answer = isPost ? await browser.Post(path) : await browser.Get(path);
            answers[route.RoutePattern.RawText!] = (int)answer.StatusCode;
        }
        return answers;
    }

    private static async Task<SortedDictionary<string, int>> TryApi(TestApp app, ApiClient program, Feature feature)
    {
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var route in Parts(app, feature).Where(ApiRouteTests.IsApi))
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var answer = await program.Send(new(method), PathOf(app, route), method is "GET" or "DELETE" ? null : "{}");
                answers[$"{method} {route.RoutePattern.RawText}"] = answer.Status;
            }
        return answers;
    }

    private static IEnumerable<RouteEndpoint> Parts(TestApp app, Feature feature) =>
        app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Where(route => FeatureParts.Of(route.Metadata).Contains(feature));

    private static string PathOf(TestApp app, RouteEndpoint route) =>
        Parameter().Replace(route.RoutePattern.RawText!, match => match.Value.Contains("guid", StringComparison.Ordinal) ? app.Alice.Id.ToString() : match.Value.Contains("43", StringComparison.Ordinal) ? new string('0', 43) : "activation");

    [GeneratedRegex(@"\{[^}]+\}+")]
    private static partial Regex Parameter();
}

internal static class Present
{
    extension(TestApp app)
    {
        /// <summary>Alice as her newest session has her at this moment.</summary>
        public async Task<Actor> Now()
        {
            using var browser = await app.SignInAs(app.Alice);
            var alice = app.Alice.UserId;
            var session = await app.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.UserId == alice).OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Id).Select(s => s.Id).LastAsync(TestContext.Current.CancellationToken));
            var state = await app.Services.GetRequiredService<SessionDirectory>().FindAsync(app.Services.GetRequiredService<TenantDirectory>().Default, session, TestContext.Current.CancellationToken);
            return state!.ActingFrom("192.0.2.1", null);
        }
    }
}
