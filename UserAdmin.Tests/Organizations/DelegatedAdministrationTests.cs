using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;
using UserAdmin.Tests.TwoFactor;
using static UserAdmin.Tests.Organizations.Tree;

namespace UserAdmin.Tests.Organizations;

public class DelegatedAdministrationTests
{
    private static readonly Person Canary = new("Dave", "Zanzibar", null);
    private static readonly UserForm Nobody = new() { FirstName = "Nina", LastName = "New", UserName = "nina", Email = "nina@example.org" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task E03_A_manager_lists_counts_and_searches_the_own_people_alone(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var below = await portal.GivenOrganization("A below", a);
        var manager = await portal.GivenManager(Ivan, a);
        await portal.GivenMember(Carol, below);
        var dave = await portal.GivenMember(Canary, b);

        Assert.Equal("Carol Ivan", await Listed(portal, manager, new()));
        Assert.Equal("Carol Ivan", await Listed(portal, manager, new() { Search = "example" }));
        Assert.Equal("Carol", await Listed(portal, manager, new() { Search = "co" }));
        Assert.Equal("", await Listed(portal, manager, new() { Search = "zanz" }));
        Assert.Equal("", await Listed(portal, manager, new() { Search = dave.Name }));
        Assert.Equal("", await Listed(portal, manager, new() { Search = Canary.Email }));
        Assert.Equal("Carol", await Listed(portal, manager, new() { OrganizationId = below }));
        Assert.Equal("", await Listed(portal, manager, new() { OrganizationId = b }));
        Assert.Equal("Carol Ivan", await Listed(portal, manager, new(), new(After: $"{dave.Id}")));
    }

    [Fact]
    public async Task E03_A_kept_count_is_not_shown_to_whoever_reaches_fewer()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        var manager = await portal.GivenManager(Ivan, a);
        await GivenMany(portal, 4_500, a);
        await GivenMany(portal, 1_000, null);

        var ofAlice = await Counted(portal, alice);
        var ofManager = await Counted(portal, manager);

        Assert.Equal((5_502, 4_501), (ofAlice, ofManager));
    }

    [Fact]
    public async Task A_manager_of_many_finds_the_own_people_also_behind_thousands_of_others_who_match()
    {
        await using var portal = await TestPortal.StartAsync();
        await GivenMany(portal, 3_000, null);
        var a = await portal.GivenOrganization("A");
        var manager = await portal.GivenManager(Ivan, a);
        await portal.GivenMember(new("Person", "Last", null), a);

        Assert.Equal("Person", await Listed(portal, manager, new() { Search = "person" }));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task E02_Whatever_a_manager_tries_with_somebody_elses_person_answers_as_for_nobody(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var manager = await portal.GivenManager(Ivan, a);
        await portal.Given(Alice);
        var dave = await portal.GivenProtected(Canary);
        await portal.Join(dave, b);
        var before = await portal.Load(dave.Id);

        foreach (var (what, attempt) in Attempts(portal, manager))
            Assert.Equal((what, await attempt(Guid.NewGuid())), (what, await attempt(dave.Id)));

        Assert.Equal(before.ConcurrencyStamp, (await portal.Load(dave.Id)).ConcurrencyStamp);
        Assert.Equal((1, 1), await portal.Run(async (UserAdminDbContext db) =>
            (await db.Sessions.CountAsync(s => s.UserId == dave.UserId && s.EndedAt == null, Cancel), await db.Devices.CountAsync(d => d.UserId == dave.UserId, Cancel))));
    }

    [Fact]
    public async Task E02_The_ids_of_somebody_elses_session_device_and_reset_answer_as_random_ones()
    {
        await using var portal = await TestPortal.StartAsync();
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var manager = await portal.GivenManager(Ivan, a);
        var alice = await portal.Given(Alice);
        var dave = await portal.GivenProtected(Canary);
        await portal.Join(dave, b);
        await portal.SetPolicy(policy => policy.ResetNeedsApproval = true, alice);
        await portal.Run((FactorResetService resets) => resets.ResetAsync(dave.Id, Guarded.Reason, alice, Cancel));
        var (session, device, reset) = await portal.Run(async (UserAdminDbContext db) =>
            (await db.Sessions.Where(s => s.UserId == dave.UserId).Select(s => s.Id).SingleAsync(Cancel), await db.Devices.Select(d => d.Id).SingleAsync(Cancel), await db.FactorResets.Select(r => r.Id).SingleAsync(Cancel)));

        Assert.Equal(SessionService.NotFound, (await portal.Run((SessionService sessions) => sessions.EndAsync(session, manager, Cancel))).Problem);
        Assert.Equal(DeviceService.NotFound, (await portal.Run((DeviceService devices) => devices.RemoveAsync(device, manager, Cancel))).Problem);
        var random = (await portal.Run((FactorResetService resets) => resets.ApproveAsync(Guid.NewGuid(), manager, Cancel))).Problem;
        Assert.Equal(random, (await portal.Run((FactorResetService resets) => resets.ApproveAsync(reset, manager, Cancel))).Problem);
        Assert.Empty(await portal.Run((FactorResetService resets) => resets.ListAsync(null, manager, Cancel)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_manager_does_for_the_own_people_what_an_administrator_would(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var a = await portal.GivenOrganization("A");
        var manager = await portal.GivenManager(Ivan, a);
        var carol = await portal.GivenProtected(Carol);
        await portal.Join(carol, a);

        var edited = await portal.Run((UserService users) => users.EditAsync(carol.Id, With(carol, city: "Bern"), With(carol, city: null), manager, Cancel));
        Assert.Null(edited.Problem);
        Assert.Single(await portal.Run((SessionService sessions) => sessions.ListAsync(carol.Id, manager, Cancel)));
        Assert.Single((await portal.Run((SessionOverview sessions) => sessions.ListAsync(new(), PageStart.First, manager, Cancel))).Page.Rows);
        Assert.Single((await portal.Run((SessionOverview sessions) => sessions.ListAsync(new() { Search = "carol" }, PageStart.First, manager, Cancel))).Page.Rows);
        Assert.Single(await portal.Run((DeviceService devices) => devices.ListAsync(carol.Id, manager, Cancel)));
        Assert.NotEmpty((await portal.Run((AuditTrail audit) => audit.ListAsync(new() { TargetId = carol.Id }, PageStart.First, manager, Cancel))).Rows);
        Assert.Null((await portal.Run((UserSecurity security) => security.SignOutEverywhereAsync(carol.Id, Guarded.Reason, manager, Cancel))).Problem);
        Assert.Null((await portal.Run((UserLifecycle users) => users.LockAsync(carol.Id, null, Guarded.Reason, manager, Cancel))).Problem);
    }

    [Fact]
    public async Task E05_A_manager_cannot_act_on_a_member_who_may_do_more()
    {
        await using var portal = await TestPortal.StartAsync();
        var a = await portal.GivenOrganization("A");
        var manager = await portal.GivenManager(Ivan, a);
        var erin = await portal.GivenProtected(Erin);
        await portal.Join(erin, a);

        foreach (var (what, attempt) in Attempts(portal, manager).Where(attempt => attempt.IsAct))
            Assert.Equal((what, "not_allowed"), (what, await attempt(erin.Id)));

        Assert.NotEmpty(await portal.Events(AuditAction.AccessDenied));
        Assert.Equal(UserStatus.Active, (await portal.Load(erin.Id)).StatusAt(portal.Clock.Now));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task E05_What_is_denied_in_an_organization_ends_the_reach_there_and_below(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var a = await portal.GivenOrganization("A");
        var secret = await portal.GivenOrganization("Secret", a);
        var below = await portal.GivenOrganization("Below secret", secret);
        var manager = await portal.GivenManager(Ivan, a);
        await portal.GivenMember(Carol, a);
        var judy = await portal.GivenMember(Judy, below);
        var erin = await portal.Given(Erin);

        manager = await portal.GivenDenial(manager, secret, Permission.UsersView);
        erin = await portal.GivenDenial(erin, secret, Permission.UsersView);

        Assert.Equal("Carol Ivan", await Listed(portal, manager, new()));
        Assert.Equal("Carol Erin Ivan", await Listed(portal, erin, new()));
        Assert.Equal("", await Listed(portal, erin, new() { Search = "judy" }));
        Assert.Null(await portal.Run((UserDirectory users) => users.FindAsync(judy.Id, manager, Cancel)));
        Assert.Null(await portal.Run((UserDirectory users) => users.FindAsync(judy.Id, erin, Cancel)));
    }

    [Fact]
    public async Task Somebody_of_two_organizations_is_reached_from_both_and_neither_tells_of_the_other()
    {
        await using var portal = await TestPortal.StartAsync();
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("Bermuda"));
        var manager = await portal.GivenManager(Ivan, a);
        var carol = await portal.GivenMember(Carol, a, b);
        await portal.GivenRole(carol, SystemRoles.Agent, b);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Record(AuditAction.OrganizationJoined, Actor.System, new(carol.Id, carol.Name), portal.Clock.Now, [new("Organization", null, "Bermuda")], "Bermuda needs her");
            return await db.SaveChangesAsync(Cancel);
        });

        var found = await portal.Run((UserDirectory users) => users.FindAsync(carol.Id, manager, Cancel));
        var activity = await portal.Run((AuditTrail audit) => audit.ListAsync(new() { TargetId = carol.Id }, PageStart.First, manager, Cancel));
        var byCarol = await portal.Run((AuditTrail audit) => audit.ListAsync(new() { ActorId = carol.Id }, PageStart.First, manager, Cancel));

        Assert.Null(found!.Roles);
        Assert.DoesNotContain("Bermuda", string.Join(' ', activity.Rows));
        Assert.Single(activity.Rows);
        Assert.Empty(byCarol.Rows);
    }

    [Fact]
    public async Task A_new_person_of_a_manager_belongs_to_one_of_their_organizations()
    {
        await using var portal = await TestPortal.StartAsync();
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var manager = await portal.GivenManager(Ivan, a);

        async Task<string?> Create(Guid? organization)
        {
            var form = Nobody.Copy();
            form.OrganizationId = organization;
            return (await portal.Run((UserService users) => users.CreateAsync(form, manager, Cancel))).Problem?.Code;
        }

        Assert.Equal("user.organization_missing", await Create(null));
        Assert.Equal("user.organization_not_found", await Create(b));
        Assert.Equal("user.organization_not_found", await Create(Guid.NewGuid()));
        Assert.Null(await Create(a));
        Assert.Equal("Ivan Nina", await Listed(portal, manager, new()));
        Assert.Equal(["Organization: - -> A"], (await portal.Event(AuditAction.OrganizationJoined)).Differences);
    }

    [Fact]
    public async Task C05_Who_loses_the_role_reaches_nobody_with_the_next_click()
    {
        await using var app = await TestApp.StartAsync();
        var a = await app.GivenOrganization("A");
        var manager = await app.GivenManager(Ivan, a);
        var carol = await app.GivenMember(Carol, a);
        using var browser = await app.SignInAs(manager);
        using var before = await browser.Get($"/users/{carol.Id}");

        await app.Run((UserAdminDbContext db) => db.RoleAssignments.Where(r => r.UserId == manager.UserId).ExecuteDeleteAsync(Cancel));
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        using var after = await browser.Get($"/users/{carol.Id}");

        Assert.Equal((200, 403), ((int)before.StatusCode, (int)after.StatusCode));
    }

    [Fact]
    public async Task E03_No_page_of_a_manager_shows_a_word_of_another_organization()
    {
        await using var app = await TestApp.StartAsync();
        var (a, b) = (await app.GivenOrganization("A"), await app.GivenOrganization("Zanzibar Ltd"));
        var manager = await app.GivenManager(Ivan, a);
        var dave = await app.GivenProtected(Canary);
        await app.Join(dave, b);
        var version = new string('a', 32);
        await app.Run(async (UserAdminDbContext db) =>
        {
            db.Avatars.Add(new() { UserId = dave.Id, Png = [1], Version = version, UpdatedAt = app.Clock.Now });
            db.Record(AuditAction.UserEdited, Actor.System, new(dave.Id, "Zanzibar"), app.Clock.Now);
            return await db.SaveChangesAsync(Cancel);
        });
        using var browser = await app.SignInAs(manager);
        using var colleague = await app.SignInAs(await app.GivenMember(Carol, b));
        string[] lists =
        [
            "/", "/users", "/users?search=zanz", $"/users?organization={b}", $"/users?after={dave.Id}", $"/users?before={dave.Id}", "/users?at=end", "/users/deleted", "/users/new", "/security/coverage", "/security/coverage?search=zanz",
            $"/security/coverage?after={dave.Id}", "/sessions", "/sessions?search=zanz", $"/sessions?user={dave.Id}", "/sessions/figures", "/me", "/me/activity", "/invitations",
        ];

        foreach (var path in lists)
        {
            using var shown = await browser.Get(path);
            Assert.True((int)shown.StatusCode is 200 or 302, $"{path} answered {shown.StatusCode}");
            Assert.DoesNotContain("zanzibar", await shown.Text(), StringComparison.OrdinalIgnoreCase);
        }
        foreach (var pattern in new[] { "/users/{0}", "/users/{0}/sessions", "/users/{0}/security", "/users/{0}/activity", "/people/{0}", "/users/{0}/avatar/" + version })
        {
            var random = Guid.NewGuid();
            var (ofDave, ofNobody) = (await Seen(browser, pattern, dave.Id), await Seen(browser, pattern, random));
            Assert.Equal((pattern, ofNobody), (pattern, ofDave));
            Assert.StartsWith("404", ofDave, StringComparison.Ordinal);
        }
        Assert.StartsWith("200", await Seen(colleague, "/people/{0}", dave.Id), StringComparison.Ordinal);
        Assert.StartsWith("200", await Seen(colleague, "/users/{0}/avatar/" + version, dave.Id), StringComparison.Ordinal);
    }

    private static async Task<string> Seen(Browser browser, string pattern, Guid id)
    {
        using var response = await browser.Get(string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, id));
        return (await response.Seen()).Replace($"{id}", "ID", StringComparison.Ordinal);
    }

    private sealed record Attempt(string What, Func<Guid, Task<string?>> Do, bool IsAct = true)
    {
        public void Deconstruct(out string what, out Func<Guid, Task<string?>> attempt) => (what, attempt) = (What, Do);
    }

    // Everything that takes the id of a person, and what it answers.
    private static IEnumerable<Attempt> Attempts(TestPortal portal, Actor manager)
    {
        Attempt Act<TService>(string what, Func<TService, Guid, Task<Problem?>> act) where TService : notnull => new(what, async id => (await portal.Run((TService service) => act(service, id)))?.Code ?? "done");
        Attempt Look<TService>(string what, Func<TService, Guid, Task<object?>> look) where TService : notnull =>
            new(what, async id => $"{System.Text.Json.JsonSerializer.Serialize(await portal.Run((TService service) => look(service, id)))}", IsAct: false);

        yield return Act("edit", async (UserService users, Guid id) => (await users.EditAsync(id, new() { FirstName = "X", LastName = "Y", UserName = "x", Email = "x@example.org" }, new(), manager, Cancel)).Problem);
        yield return Act("edit the profile", async (ProfileService profiles, Guid id) => (await profiles.EditAsync(id, new() { FirstName = "X" }, new(), manager, Cancel)).Problem);
        yield return Act("remove the picture", async (AvatarService avatars, Guid id) => (await avatars.RemoveAsync(id, manager, Cancel)).Problem);
        yield return Act("deactivate", async (UserLifecycle users, Guid id) => (await users.DeactivateAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("activate", async (UserLifecycle users, Guid id) => (await users.ActivateAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("lock", async (UserLifecycle users, Guid id) => (await users.LockAsync(id, null, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("unlock", async (UserLifecycle users, Guid id) => (await users.UnlockAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("make an activation link", async (ActivationService activation, Guid id) => (await activation.CreateLinkAsync(id, manager, Cancel)).Problem);
        yield return Act("mail an activation link", async (ActivationMail activation, Guid id) => (await activation.SendAsync(id, manager, Cancel)).Problem);
        yield return Act("send a new password", async (PasswordAdministration passwords, Guid id) => (await passwords.SendLinkAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("make a password link", async (PasswordAdministration passwords, Guid id) => (await passwords.MakeLinkAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("require a new password", async (PasswordAdministration passwords, Guid id) => (await passwords.RequireAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("confirm the address", async (PasswordAdministration passwords, Guid id) => (await passwords.ConfirmEmailAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("end the sessions", async (SessionService sessions, Guid id) => (await sessions.EndAllAsync(id, manager, Cancel)).Problem);
        yield return Act("sign out everywhere", async (UserSecurity security, Guid id) => (await security.SignOutEverywhereAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("require a second factor", async (FactorEnforcement factors, Guid id) => (await factors.RequireAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("release from the second factor", async (FactorEnforcement factors, Guid id) => (await factors.ReleaseAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("reset the second factors", async (FactorResetService factors, Guid id) => (await factors.ResetAsync(id, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("give an access pass", async (AccessPassService passes, Guid id) => (await passes.GiveAsync(id, 1, Guarded.Reason, manager, Cancel)).Problem);
        yield return Act("revoke an access pass", async (AccessPassService passes, Guid id) => (await passes.RevokeAsync(id, Guarded.Reason, manager, Cancel)).Problem);

        yield return Look("open", async (UserDirectory users, Guid id) => await users.FindAsync(id, manager, Cancel));
        yield return Look("security", async (UserSecurity security, Guid id) => await security.FindAsync(id, manager, Cancel));
        yield return Look("profile", async (ProfileService profiles, Guid id) => await profiles.FindAsync(id, manager, Cancel));
        yield return Look("card", async (ProfileService profiles, Guid id) => await profiles.FindCardAsync(id, manager, Cancel));
        yield return Look("sessions", async (SessionService sessions, Guid id) => await sessions.ListAsync(id, manager, Cancel));
        yield return Look("sessions of all", async (SessionOverview sessions, Guid id) => await sessions.ListAsync(new() { UserId = id }, PageStart.First, manager, Cancel));
        yield return Look("devices", async (DeviceService devices, Guid id) => await devices.ListAsync(id, manager, Cancel));
        yield return Look("done to", async (AuditTrail audit, Guid id) => await audit.ListAsync(new() { TargetId = id }, PageStart.First, manager, Cancel));
        yield return Look("done by", async (AuditTrail audit, Guid id) => await audit.ListAsync(new() { ActorId = id }, PageStart.First, manager, Cancel));
        yield return Look("about", async (AuditTrail audit, Guid id) => await audit.ListAsync(new() { AboutId = id }, PageStart.First, manager, Cancel));
        yield return Look("accepted terms", async (TermsService terms, Guid id) => await terms.ListAcceptancesAsync(id, manager, Cancel));
        yield return Look("password help", async (PasswordAdministration passwords, Guid id) => await passwords.FindAsync(id, manager, Cancel));
        yield return Look("activation mail", async (ActivationMail activation, Guid id) => await activation.FindLastAsync(id, manager, Cancel));
        yield return Look("resets", async (FactorResetService resets, Guid id) => await resets.ListAsync(id, manager, Cancel));
        yield return Look("remind", async (FactorEnforcement factors, Guid id) => (await factors.RemindAsync(new(new(), [id]), manager, null, Cancel)).Value);
        yield return Look("require of many", async (FactorEnforcement factors, Guid id) => (await factors.RequireAsync(new CoverageChoice(new(), [id]), Guarded.Reason, manager, null, Cancel)).Value);
    }

    private static UserForm With(Actor person, string? city)
    {
        var form = new UserForm { FirstName = "Carol", LastName = "Cooper", UserName = "carol", Email = "carol@example.org", City = city };
        Assert.Equal(person.Name, $"{form.FirstName} {form.LastName}");
        return form;
    }

    private static async Task<string> Listed(TestPortal portal, Actor actor, UserFilter filter, PageStart? start = null)
    {
        var listing = await portal.Run((UserDirectory users) => users.ListAsync(filter, start ?? PageStart.First, actor, Cancel));
        Assert.Equal(listing.Page.Rows.Count, listing.Count.Value);
        return string.Join(' ', listing.Page.Rows.Select(row => row.FullName.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    private static async Task<long> Counted(TestPortal portal, Actor actor)
    {
        RowCount count;
        do
            count = (await portal.Run((UserDirectory users) => users.ListAsync(new(), PageStart.First, actor, Cancel))).Count;
        while (count.IsAtLeast);
        return count.Value;
    }

    private static Task<int> GivenMany(TestPortal portal, int count, Guid? organization) => portal.Run(async (UserAdminDbContext db) =>
    {
        for (var i = 0; i < count; i++)
        {
            var user = new User { CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now, ActivatedAt = portal.Clock.Now };
            user.Rename("Person", $"Number {i}");
            user.Identify($"{organization}person{i}", $"person{i}{organization}@example.org", new NameNormalizer());
            db.Users.Add(user);
            if (organization is { } id)
                db.Memberships.Add(new() { OrganizationId = id, UserId = user.Id, JoinedAt = portal.Clock.Now });
        }
        return await db.SaveChangesAsync(Cancel);
    });
}
