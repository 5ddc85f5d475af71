using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Notifications;

public class ActivationMailTests
{
    private static readonly (string, string) Configured = ("Mail:Folder", "/nowhere");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_user_is_mailed_the_link_at_once_and_the_page_says_so()
    {
        await using var app = await TestApp.StartAsync(Configured);
        using var alice = await app.SignInAs(app.Alice);

        var id = await Create(app);

        var message = Assert.Single(await Messages(app));
        Assert.Equal((id, "carol@example.org", "activation", true), (message.UserId!.Value, message.Recipient, message.Template, message.CarriesSecret));
        Assert.Contains("A link to carol@example.org is on its way by mail.", await (await alice.Get($"/users/{id}")).Text());
        await Set(app, MessageState.Sent);
        Assert.Contains("A link was mailed to carol@example.org on ", await (await alice.Get($"/users/{id}")).Text());
        await Set(app, MessageState.Dead);
        Assert.Contains("could not be delivered to carol@example.org.", await (await alice.Get($"/users/{id}")).Text());
    }

    [Fact]
    public async Task Without_mail_there_is_only_the_link_to_copy()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await app.SignInAs(app.Alice);

        var id = await Create(app);

        Assert.Empty(await Messages(app));
        var page = await (await alice.Get($"/users/{id}")).Text();
        Assert.Contains("Make a link and give it to them", page);
        Assert.DoesNotContain("Mail an activation link", page);
        Assert.False((await Send(app, id, app.Alice)).Succeeded);
    }

    [Fact]
    public async Task A12_A_link_mailed_again_makes_the_first_one_useless()
    {
        await using var app = await TestApp.StartAsync(Configured);
        var id = await Create(app);

        Assert.True((await Send(app, id, app.Alice)).Succeeded);

        var secrets = new List<string>();
        foreach (var message in await Messages(app))
            secrets.Add((await app.Run((Outbox outbox) => Task.FromResult(outbox.Read(message)!.Text))).Split("/account/activate/")[1][..43]);
        Assert.Equal(2, secrets.Count);
        Assert.Null(await app.Run((ActivationService activation) => activation.FindUserNameAsync(secrets[0], Cancel)));
        Assert.Equal("carol", await app.Run((ActivationService activation) => activation.FindUserNameAsync(secrets[1], Cancel)));
        Assert.Equal(id, (await app.Event(AuditAction.UserActivationLinkMade)).TargetId);
    }

    [Fact]
    public async Task E01_Only_who_may_make_users_mails_links_and_only_to_accounts_that_need_one()
    {
        await using var app = await TestApp.StartAsync(Configured);
        var dave = await app.Given(Dave);
        var id = await Create(app);

        Assert.Equal("not_allowed", (await Send(app, id, dave)).Problem!.Code);
        Assert.Equal("activation.already_active", (await Send(app, dave.Id, app.Alice)).Problem!.Code);
        Assert.Equal(UserProblems.NotFound, (await Send(app, Guid.NewGuid(), app.Alice)).Problem);
        Assert.Single(await Messages(app));
    }

    [Fact]
    public async Task A_pending_user_whose_address_changes_gets_the_link_at_the_new_one()
    {
        await using var app = await TestApp.StartAsync(Configured);
        var id = await Create(app);
        var before = UserForm.Of(await app.Load(id));
        var after = before.Copy();
        after.Email = "cooper@example.org";

        Assert.True((await app.Run((UserService users) => users.EditAsync(id, after, before, app.Alice, Cancel))).Succeeded);

        Assert.Equal([("activation", "carol@example.org"), ("activation", "cooper@example.org")], (await Messages(app)).Select(message => (message.Template, message.Recipient)));
    }

    private static async Task<Guid> Create(TestApp app) =>
        (await app.Run((UserService users) => users.CreateAsync(new() { FirstName = "Carol", LastName = "Cooper", UserName = "carol", Email = "carol@example.org" }, app.Alice, Cancel))).Value;

    private static Task<Result> Send(TestApp app, Guid id, Actor actor) => app.Run((ActivationMail activation) => activation.SendAsync(id, actor, Cancel));

    private static Task<List<OutboxMessage>> Messages(TestApp app) => app.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().OrderBy(message => message.Id).ToListAsync());

    private static Task<int> Set(TestApp app, MessageState state) => app.Run((UserAdminDbContext db) => db.OutboxMessages.ExecuteUpdateAsync(row => row.SetProperty(m => m.State, state)));
}
