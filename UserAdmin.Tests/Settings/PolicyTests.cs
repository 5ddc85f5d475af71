using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;

namespace UserAdmin.Tests.Settings;

public class PolicyTests
{
    [Fact]
    public async Task A_policy_begins_with_the_defaults_of_the_configuration()
    {
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, ("Policies:RegistrationPolicy:InvitationDays", "3"));

        var policy = await portal.Run((Policies policies) => policies.GetAsync<RegistrationPolicy>(Cancel));

        Assert.Equal((RegistrationMode.Closed, 3), (policy.Mode, policy.InvitationDays));
    }

    [Fact]
    public async Task A_change_is_kept_and_recorded_with_what_was_before()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var saved = await Save(portal, new() { Mode = RegistrationMode.Open }, "", alice);

        Assert.True(saved.Succeeded);
        Assert.Equal(RegistrationMode.Open, (await portal.Run((Policies policies) => policies.GetAsync<RegistrationPolicy>(Cancel))).Mode);
        Assert.Equal(["Mode: Closed -> Open"], (await portal.Event(AuditAction.SettingsChanged)).Differences);
    }

    [Fact]
    public async Task Values_out_of_bounds_are_refused_at_their_field()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var saved = await Save(portal, new() { InvitationDays = 31 }, "", alice);

        Assert.Equal(("policy.invalid", nameof(RegistrationPolicy.InvitationDays)), (saved.Problem!.Code, saved.Problem.Field));
        Assert.Equal(7, (await portal.Run((Policies policies) => policies.GetAsync<RegistrationPolicy>(Cancel))).InvitationDays);
    }

    [Fact]
    public async Task Of_two_who_change_a_policy_at_once_the_later_is_told()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        await Save(portal, new() { Mode = RegistrationMode.Open }, "", alice);

        var late = await Save(portal, new() { Mode = RegistrationMode.ByInvitation }, "", alice);

        Assert.Equal("policy.changed", late.Problem!.Code);
    }

    [Fact]
    public async Task Somebody_without_the_permission_changes_nothing()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        var saved = await Save(portal, new() { Mode = RegistrationMode.Open }, "", carol);

        Assert.Equal(ProblemKind.NotAllowed, saved.Problem!.Kind);
        await portal.Event(AuditAction.AccessDenied);
    }

    [Fact]
    public async Task C11_An_old_sign_in_is_asked_for_again_before_settings_change()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        portal.Clock.Advance(TimeSpan.FromMinutes(11));

        var saved = await Save(portal, new() { Mode = RegistrationMode.Open }, "", alice);

        Assert.Equal(StepUp.Needed, saved.Problem);
        Assert.Empty(await portal.Events(AuditAction.SettingsChanged));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<Result> Save(TestPortal portal, RegistrationPolicy policy, string stamp, Actor actor) =>
        portal.Run((Policies policies) => policies.SaveAsync(policy, stamp, actor, Cancel));
}
