using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Tokens;
using UserAdmin.Tests.Registration;

namespace UserAdmin.Tests.Api;

/// <summary>Invited people come in through a program.</summary>
public class JoiningApiTests
{
    private const string Check = "/api/v1/auth/invitation", Register = "/api/v1/auth/register", Accept = "/api/v1/me/invitations/accept";

    private static readonly (string, string) ByInvitation = ("Policies:RegistrationPolicy:Mode", "ByInvitation");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static object John(string? invitation, string email = "john@example.com") => new { email, password = Cast.Password, first_name = "John", last_name = "Doe", invitation };

    [Fact]
    public async Task A02_E08_Somebody_invited_registers_into_their_place_and_signs_in_at_once()
    {
        await using var app = await TestApp.StartAsync(ByInvitation);
        var acme = await app.GivenPlace("Acme");
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id, null, "john@example.com");
        var token = await InvitingTests.SecretOf(app);
        using var program = new ApiClient(app);

        var welcome = await (await program.Post(Check, new { token })).Json();
        using var without = await program.Post(Register, John(null));
        using var empty = await program.Post(Register, John(""));
        using var other = await program.Post(Register, John(token, "mallory@example.com"));
        using var registered = await program.Post(Register, John(token));
        using var again = await program.Post(Register, John(token));
        using var used = await program.Post(Check, new { token });
        using var signedIn = await program.Post("/api/v1/auth/login", new { email = "john@example.com", password = Cast.Password });
        var john = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(user => user.Email == "john@example.com", Cancel));

        Assert.Equal(("john@example.com", "Alice Archer", "Acme", "Agent", false), ((string)welcome["email"]!, (string)welcome["invited_by"]!, (string)welcome["organization"]!, (string)welcome["role"]!, (bool)welcome["has_account"]!));
        Assert.Equal((403, 404, 400, 201, 404, 404, 200), (without.Status, empty.Status, other.Status, registered.Status, again.Status, used.Status, signedIn.Status));
        Assert.Equal("registration.closed", (string)(await without.Json())["code"]!);
        Assert.Equal(["email"], await AccountApiTests.Fields(other));
        Assert.Equal("registration.invitation_dead", (string)(await again.Json())["code"]!);
        Assert.True(await app.Run((UserAdminDbContext db) => db.Memberships.AnyAsync(m => m.UserId == john.Id && m.OrganizationId == acme, Cancel)));
    }

    [Fact]
    public async Task E08_A_link_that_somebody_here_has_seen_proves_no_mailbox()
    {
        await using var app = await TestApp.StartAsync(ByInvitation);
        await InvitingTests.Invite(app, app.Alice, "john@example.com");
        var id = await app.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel));
        var link = (await app.Run((InvitationService invitations) => invitations.CopyLinkAsync(id, app.Alice, Cancel))).Value!;
        using var program = new ApiClient(app);

        using var registered = await program.Post(Register, John(link.Split('/')[^1]));
        using var early = await program.Post("/api/v1/auth/login", new { email = "john@example.com", password = Cast.Password });

        Assert.Equal((202, 401), (registered.Status, early.Status));
    }

    [Fact]
    public async Task O4_Somebody_with_an_account_takes_an_invitation_for_their_address_and_nobody_else_does()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.EmailConfirmed = true);
        var acme = await app.GivenPlace("Acme");
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id, null, Carol.Email);
        var token = await InvitingTests.SecretOf(app);
        using var program = await ApiClient.SignInAsync(app, carol);
        using var dave = await ApiClient.SignInAsync(app, await app.Given(Dave, user => user.EmailConfirmed = true));
        var made = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(carol.Id, new() { Name = "Own" }, carol with { AuthenticatedAt = app.Clock.Now }, Cancel))).Value!;
        using var kept = new ApiClient(app) { Token = made.Token };
        async Task<(int, string?)> Take(ApiClient by, object body)
        {
            using var answer = await by.Post(Accept, body);
            return (answer.Status, answer.Status == 204 ? null : (string?)(await answer.Json())["code"]);
        }

        var welcome = await (await program.Post(Check, new { token })).Json();

        Assert.True((bool)welcome["has_account"]!);
        Assert.Equal((403, "invitation.other_account"), await Take(dave, new { token }));
        Assert.Equal((403, "step_up.not_with_token"), await Take(kept, new { token }));
        Assert.Equal((400, "invalid"), await Take(program, new { }));
        Assert.Equal((404, "registration.invitation_dead"), await Take(program, new { token = new string('x', 43) }));
        Assert.Equal((204, null), await Take(program, new { token }));
        Assert.Equal((409, "invitation.accepted"), await Take(program, new { token }));
        Assert.True((await app.Again(carol)).CanIn(acme, Permission.UsersView));
    }

    [Fact]
    public async Task O7_E13_Without_the_feature_or_with_registration_closed_a_link_leads_nowhere()
    {
        await using var app = await TestApp.StartAsync(ByInvitation);
        await InvitingTests.Invite(app, app.Alice, "john@example.com");
        var token = await InvitingTests.SecretOf(app);
        using var program = new ApiClient(app);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        await app.Run(async (Core.Settings.Policies policies) => await policies.SaveAsync(new RegistrationPolicy(), "", app.Alice, Cancel));
        using var closed = await program.Post(Check, new { token });
        using var registered = await program.Post(Register, John(token));
        using var off = await alice.Put("/api/v1/features/invitations", new { is_on = false });
        using var switchedOff = await alice.Post(Accept, new { token });
        using var without = await program.Post(Register, John(token));

        Assert.Equal((404, 403), (closed.Status, registered.Status));
        Assert.Equal(200, off.Status);
        Assert.Equal((404, 404), (switchedOff.Status, without.Status));
    }
}
