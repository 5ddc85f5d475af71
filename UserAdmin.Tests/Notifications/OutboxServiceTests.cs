using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Notifications;

public class OutboxServiceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task The_list_is_paged_by_key_newest_first_whatever_the_state(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        for (var i = 0; i < 25; i++)
        {
            await Add(portal, $"p{i:00}@example.org", (MessageState)(i % 3 + 1));
            portal.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Task<Page<MessageRow>> List(PageStart start) => portal.Run((OutboxService outbox) => outbox.ListAsync(new(PageSize: 10), start, alice, Cancel));

        var first = await List(PageStart.First);
        var second = await List(new(After: first.Next));
        var third = await List(new(After: second.Next));
        var back = await List(new(Before: third.Previous));
        var last = await List(new(AtEnd: true));

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"p{i:00}@example.org"), first.Rows.Concat(second.Rows).Concat(third.Rows).Select(row => row.Recipient));
        Assert.Equal(second.Rows, back.Rows);
        Assert.Equal((null, null, "p09@example.org"), (first.Previous, third.Next, last.Rows[0].Recipient));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_list_can_be_narrowed_to_a_state_and_a_recipient(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        await Add(portal, "Carol@example.org", MessageState.Dead);
        await Add(portal, "carol@example.org", MessageState.Sent);
        await Add(portal, "dave_100%@example.org", MessageState.Dead);
        async Task<IEnumerable<string>> Find(MessageFilter filter) =>
            (await portal.Run((OutboxService outbox) => outbox.ListAsync(filter, PageStart.First, alice, Cancel))).Rows.Select(row => row.Recipient).Order(StringComparer.Ordinal);

        Assert.Equal(["Carol@example.org", "carol@example.org"], await Find(new(Recipient: "CAROL@")));
        Assert.Equal(["Carol@example.org"], await Find(new(MessageState.Dead, "carol")));
        Assert.Equal(["dave_100%@example.org"], await Find(new(Recipient: "_100%")));
        Assert.Empty(await Find(new(Recipient: "c_rol")));
    }

    [Fact]
    public async Task E01_Messages_are_seen_and_managed_only_with_permission()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var id = await Add(portal, "dave@example.org", MessageState.Waiting);

        Assert.Empty((await portal.Run((OutboxService outbox) => outbox.ListAsync(new(), PageStart.First, carol, Cancel))).Rows);
        Assert.Equal("not_allowed", (await Resend(portal, id, carol)).Problem!.Code);
        Assert.Equal("not_allowed", (await GiveUp(portal, id, carol)).Problem!.Code);
        Assert.Equal(2, (await portal.Events(AuditAction.AccessDenied)).Count);
        Assert.Equal(MessageState.Waiting, (await Row(portal, id)).State);
    }

    [Fact]
    public async Task A_message_that_was_given_up_is_sent_again_from_the_first_try_on()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var id = await Add(portal, "carol@example.org", MessageState.Dead);

        Assert.True((await Resend(portal, id, alice)).Succeeded);

        Assert.Equal((MessageState.Waiting, 0, portal.Clock.Now), await Row(portal, id) is var row ? (row.State, row.Attempts, row.NextAttemptAt) : default);
        Assert.Equal("carol@example.org", (await portal.Event(AuditAction.NotificationResent)).TargetName);
    }

    [Fact]
    public async Task A_message_that_arrived_is_sent_again_as_a_new_one()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var id = await Add(portal, "carol@example.org", MessageState.Sent);

        Assert.True((await Resend(portal, id, alice)).Succeeded);

        var rows = await portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().OrderBy(m => m.State).ToListAsync());
        Assert.Equal([MessageState.Waiting, MessageState.Sent], rows.Select(row => row.State));
        Assert.Equal(("carol@example.org", rows[1].Content, 0), (rows[0].Recipient, rows[0].Content, rows[0].Attempts));
    }

    [Fact]
    public async Task A_message_whose_secret_was_removed_is_not_sent_again_and_the_reason_is_given()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var id = await Add(portal, "carol@example.org", MessageState.Sent, content: null);

        Assert.Equal(OutboxService.ContentGone, (await Resend(portal, id, alice)).Problem);

        Assert.Empty(await portal.Events(AuditAction.NotificationResent));
    }

    [Fact]
    public async Task A_waiting_message_can_be_given_up_unless_it_is_being_sent()
    {
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, ("Mail:Folder", "/nowhere"));
        var alice = await portal.Given(Alice);
        var (waiting, held) = (await Add(portal, "carol@example.org", MessageState.Waiting), await Add(portal, "dave@example.org", MessageState.Waiting));
        var until = portal.Clock.Now.AddMinutes(1);
        await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Id == held).ExecuteUpdateAsync(row => row.SetProperty(m => m.HeldUntil, until)));

        Assert.True((await GiveUp(portal, waiting, alice)).Succeeded);
        Assert.Equal(OutboxService.NotWaiting, (await GiveUp(portal, held, alice)).Problem);
        Assert.Equal(OutboxService.NotWaiting, (await Resend(portal, held, alice)).Problem);
        Assert.Equal(OutboxService.NotWaiting, (await GiveUp(portal, waiting, alice)).Problem);
        Assert.Equal(OutboxService.NotFound, (await GiveUp(portal, Guid.NewGuid(), alice)).Problem);

        Assert.Equal((MessageState.Dead, "Given up by Alice Archer"), await Row(portal, waiting) is var row ? (row.State, row.LastAnswer) : default);
        await portal.Services.GetRequiredService<OutboxDelivery>().SendDueAsync(portal.Services.GetRequiredService<TenantDirectory>().Default, Cancel);
        Assert.Equal(0, (await Row(portal, waiting)).Attempts);
        Assert.Equal("carol@example.org", (await portal.Event(AuditAction.NotificationGivenUp)).TargetName);
    }

    [Fact]
    public async Task The_page_says_that_mail_is_not_configured_and_how_much_waits()
    {
        await using var app = await TestApp.StartAsync();
        await Add(app, "carol@example.org", MessageState.Waiting);
        using var alice = await app.SignInAs(app.Alice);

        var page = await (await alice.Get("/notifications")).Text();

        Assert.Contains("Mail isn&#x27;t configured, so messages wait: 1 now.", page);
        Assert.Contains("carol@example.org", page);
        Assert.DoesNotContain("carol@example.org", await (await alice.Get("/notifications?state=sent")).Text());
        Assert.DoesNotContain("carol@example.org", await (await alice.Get("/notifications?recipient=dave")).Text());
    }

    private static Task<Result> Resend(TestPortal portal, Guid id, Actor actor) => portal.Run((OutboxService outbox) => outbox.ResendAsync(id, actor, Cancel));

    private static Task<Result> GiveUp(TestPortal portal, Guid id, Actor actor) => portal.Run((OutboxService outbox) => outbox.GiveUpAsync(id, actor, Cancel));

    private static Task<OutboxMessage> Row(TestPortal portal, Guid id) => portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().SingleAsync(m => m.Id == id));

    private static Task<Guid> Add(ITestPortal portal, string recipient, MessageState state, string? content = "kept") => portal.Run(async (UserAdminDbContext db) =>
    {
        var message = new OutboxMessage
        {
            Channel = Channel.Email,
            Recipient = recipient,
            Template = "security-notice",
            Language = "en",
            Subject = "Your password was changed",
            Content = content,
            State = state,
            Attempts = state == MessageState.Waiting ? 0 : 27,
            CreatedAt = portal.Clock.Now,
            NextAttemptAt = portal.Clock.Now,
        };
        db.OutboxMessages.Add(message);
        await db.SaveChangesAsync(Cancel);
        return message.Id;
    });
}
