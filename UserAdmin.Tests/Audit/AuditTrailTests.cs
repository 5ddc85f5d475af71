using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

public class AuditTrailTests
{
    private const int Events = 120;

    private static readonly Guid Subject = new("01900000-0000-7000-8000-0000000000aa");

    private static readonly Guid Session = new("01900000-0000-7000-8000-0000000000bb");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task Each_filter_shows_what_it_says_newest_first(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob) = (await portal.Given(Alice), await portal.Given(Bob));
        var all = await GivenEvents(portal, alice, bob);

        async Task Shows(AuditFilter filter, Func<AuditEvent, bool> expected) =>
            Assert.Equal(all.Where(expected).Select(e => e.Id), (await List(portal, filter with { PageSize = 200 }, PageStart.First, alice)).Rows.Select(row => row.Id));

        var middle = AuditRecording.FromMicroseconds(all[Events / 2].UtcMicroseconds);
        await Shows(new(), _ => true);
        await Shows(new() { From = middle }, e => e.UtcMicroseconds >= all[Events / 2].UtcMicroseconds);
        await Shows(new() { To = middle }, e => e.UtcMicroseconds < all[Events / 2].UtcMicroseconds);
        await Shows(new() { ActorId = bob.Id }, e => e.ActorId == bob.Id);
        await Shows(new() { TargetId = Subject }, e => e.TargetId == Subject);
        await Shows(new() { Action = "user.edited" }, e => e.Action == "user.edited");
        await Shows(new() { Category = AuditCategory.SignIn }, e => e.Category == AuditCategory.SignIn);
        await Shows(new() { Outcome = AuditOutcome.Failure }, e => e.Outcome == AuditOutcome.Failure);
        await Shows(new() { Address = "192.0.2.2" }, e => e.Address == "192.0.2.2");
        await Shows(new() { ActorId = bob.Id, Category = AuditCategory.Users, From = middle }, e => e.ActorId == bob.Id && e.Category == AuditCategory.Users && e.UtcMicroseconds >= all[Events / 2].UtcMicroseconds);
        await Shows(new() { Address = "203.0.113.255" }, _ => false);
        await Shows(new() { Tag = AuditTag.SignInRisk }, e => e.Action == "sign_in.failed");
        await Shows(new() { Tag = AuditTag.PersonalData, Category = AuditCategory.SignIn }, _ => false);
        await Shows(new() { Tag = AuditTag.PersonalData, Outcome = AuditOutcome.Failure }, e => e.Action == "user.edited" && e.Outcome == AuditOutcome.Failure);
        await Shows(new() { Tag = AuditTag.SignInRisk, ActorId = bob.Id }, e => e.Action == "sign_in.failed" && e.ActorId == bob.Id);
        await Shows(new() { ActorId = bob.Id, SessionId = Session }, e => e.SessionId == Session && e.ActorId == bob.Id);
        await Shows(new() { WithId = all[10].Id }, e => e.CorrelationId == all[10].CorrelationId && Math.Abs(e.UtcMicroseconds - all[10].UtcMicroseconds) <= 120_000_000);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Paging_forwards_and_backwards_shows_every_event_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob) = (await portal.Given(Alice), await portal.Given(Bob));
        var all = (await GivenEvents(portal, alice, bob)).Select(e => e.Id).ToList();
        var filter = new AuditFilter { PageSize = 17 };

        var forwards = new List<Guid>();
        for (PageStart? start = PageStart.First; start is not null;)
        {
            var page = await List(portal, filter, start, alice);
            forwards.AddRange(page.Rows.Select(row => row.Id));
            start = page.Next is null ? null : new(After: page.Next);
        }
        var backwards = new List<Guid>();
        for (PageStart? start = new PageStart(AtEnd: true); start is not null;)
        {
            var page = await List(portal, filter, start, alice);
            backwards.InsertRange(0, page.Rows.Select(row => row.Id));
            start = page.Previous is null ? null : new(Before: page.Previous);
        }

        Assert.Equal(all, forwards);
        Assert.Equal(all, backwards);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Paging_along_a_tag_shows_every_event_of_its_actions_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob) = (await portal.Given(Alice), await portal.Given(Bob));
        var all = (await GivenEvents(portal, alice, bob)).Where(e => e.Action == "sign_in.failed").Select(e => e.Id).ToList();

        var forwards = new List<Guid>();
        for (PageStart? start = PageStart.First; start is not null;)
        {
            var page = await List(portal, new() { Tag = AuditTag.SignInRisk, PageSize = 7 }, start, alice);
            forwards.AddRange(page.Rows.Select(row => row.Id));
            start = page.Next is null ? null : new(After: page.Next);
        }
        var last = await List(portal, new() { Tag = AuditTag.SignInRisk, PageSize = 7 }, new(AtEnd: true), alice);

        Assert.Equal(all, forwards);
        Assert.Equal(all[^7..], last.Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task What_a_limited_reader_isn_t_shown_can_t_be_asked_for_either()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, heidi, carol) = (await portal.Given(Alice), await portal.Given(Heidi), await portal.Given(Carol));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Record(AuditAction.UserEdited, alice, new(carol.UserId, "Carol"), portal.Clock.Now);
            return await db.SaveChangesAsync(Cancel);
        });

        var right = await List(portal, new() { TargetId = carol.Id, Address = "192.0.2.1" }, PageStart.First, heidi);
        var wrong = await List(portal, new() { TargetId = carol.Id, Address = "192.0.2.99" }, PageStart.First, heidi);

        Assert.Equal(right.Rows, wrong.Rows);
        Assert.Null(Assert.Single(right.Rows).Address);
    }

    [Fact]
    public async Task Removed_and_erased_events_say_so_and_every_event_tells_its_place_under_the_seal()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, heidi) = (await portal.Given(Alice), await portal.Given(Heidi));
        var all = await GivenEvents(portal, alice, alice);
        await portal.Unprotect();
        await portal.Run(async (UserAdminDbContext db) =>
        {
            await db.AuditEvents.Where(e => e.Id == all[0].Id).ExecuteUpdateAsync(row => row.SetProperty(e => e.ActorSalt, (byte[]?)null), Cancel);
            await db.AuditEvents.Where(e => e.Id == all[1].Id).ExecuteUpdateAsync(row => row
                .SetProperty(e => e.StubbedByEventId, all[3].Id).SetProperty(e => e.ActorSalt, (byte[]?)null).SetProperty(e => e.Seq, 5).SetProperty(e => e.SealId, 2), Cancel);
            db.AuditSeals.Add(new() { Stream = all[1].Stream, SealId = 2, FirstSeq = 5, RowCount = 1, Root = [1], PreviousHash = [1], Hash = [1], Signature = [1], KeyId = "k", SealedUtcMicroseconds = all[0].UtcMicroseconds });
            return await db.SaveChangesAsync(Cancel);
        });

        var rows = (await List(portal, new(), PageStart.First, alice)).Rows;
        var removed = await portal.Run((AuditPlaces places) => places.FindAsync(all[1].Id, alice, Cancel));
        var unsealed = await portal.Run((AuditPlaces places) => places.FindAsync(all[2].Id, alice, Cancel));

        Assert.Equal([(false, true), (true, false), (false, false)], rows.Take(3).Select(row => (row.IsRemoved, row.IsActorErased)));
        Assert.Equal(new(all[1].Stream, 5, 2, AuditRecording.FromMicroseconds(all[0].UtcMicroseconds), AuditRecording.FromMicroseconds(all[3].UtcMicroseconds)), removed);
        Assert.Equal(new(all[2].Stream, null, null, null, null), unsealed);
        Assert.Null(await portal.Run((AuditPlaces places) => places.FindAsync(all[1].Id, heidi, Cancel)));
    }

    [Fact]
    public void Every_tag_has_actions_and_what_changes_settings_is_tagged_as_that()
    {
        Assert.All(AuditTags.All, tag => Assert.NotEmpty(AuditTags.CodesOf(tag)));
        Assert.All(AuditAction.All.Where(action => action.Category == AuditCategory.Settings), action => Assert.True(action.Tags.HasFlag(AuditTag.Configuration | AuditTag.Privileged)));
        Assert.Equal(AuditTag.None, AuditAction.SignedIn.Tags);
        Assert.Equal(AuditTag.Privileged | AuditTag.Configuration, AuditAction.RolePermissionsChanged.Tags);
    }

    [Fact]
    public async Task Without_permission_people_see_only_what_they_did_themselves()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await GivenEvents(portal, alice, carol);

        Assert.Empty((await List(portal, new(), PageStart.First, carol)).Rows);
        Assert.Empty((await List(portal, new() { ActorId = alice.Id }, PageStart.First, carol)).Rows);
        Assert.Empty((await List(portal, new() { TargetId = carol.Id }, PageStart.First, carol)).Rows);
        Assert.All((await List(portal, new() { ActorId = carol.Id }, PageStart.First, carol)).Rows, row => Assert.Equal(carol.UserId, row.ActorId));
        Assert.NotEmpty((await List(portal, new() { ActorId = carol.Id }, PageStart.First, carol)).Rows);
        Assert.Empty((await List(portal, new(), PageStart.First, Actor.Anonymous)).Rows);
    }

    [Fact]
    public async Task I02_Secrets_are_masked_and_bookkeeping_is_left_out()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        var changes = await portal.Run(async (UserAdminDbContext db) =>
        {
            var user = await db.Users.SingleAsync(u => u.UserName == "carol", Cancel);
            (user.PasswordHash, user.SecurityStamp, user.UpdatedAt, user.City) = ("secret", "secret", portal.Clock.Now.AddDays(1), "Brno");
            return FieldChange.Of(db.Entry(user));
        });

        Assert.Equal([("City", null, "Brno"), ("PasswordHash", "••••••", "••••••")], changes.Select(change => (change.Field, change.Before, change.After)).OrderBy(change => change.Field));
        Assert.NotNull(carol.UserId);
    }

    [Fact]
    public void Every_kind_of_event_has_a_code_of_its_own_and_a_sentence()
    {
        Assert.Distinct(AuditAction.All.Select(action => action.Code));
        Assert.All(AuditAction.All, action =>
        {
            Assert.Same(action, AuditAction.Find(action.Code));
            Assert.True(action.Code.Length <= 60 && Enum.IsDefined(action.Category));
            Assert.NotEmpty(string.Format(System.Globalization.CultureInfo.InvariantCulture, action.Sentence, "Alice", "Carol"));
        });
        Assert.Equal(typeof(AuditAction).GetFields().Count(field => field.FieldType == typeof(AuditAction)), AuditAction.All.Count);
    }

    // Newest first; every third pair shares its instant, so that the id has to break the tie.
    private static async Task<List<AuditEvent>> GivenEvents(TestPortal portal, Actor one, Actor other)
    {
        AuditAction[] actions = [AuditAction.SignedIn, AuditAction.UserEdited, AuditAction.SignInFailed, AuditAction.SessionEnded];
        var start = AuditRecording.ToMicroseconds(portal.Clock.Now);
        var events = Enumerable.Range(0, Events).Select(i => (i, action: actions[i % actions.Length])).Select(item => new AuditEvent
        {
            UtcMicroseconds = start + (item.i - (item.i % 3 == 0 ? 1 : 0)) * 1_000_000L,
            ActorKind = ActorKind.User,
            ActorId = item.i % 5 == 0 ? other.Id : one.Id,
            ActorName = "Somebody",
            Action = item.action.Code,
            Category = item.action.Category,
            Outcome = item.i % 7 == 0 ? AuditOutcome.Failure : AuditOutcome.Success,
            TargetId = item.i % 6 == 0 ? Subject : null,
            Address = $"192.0.2.{item.i % 4}",
            SessionId = item.i % 2 == 0 ? Session : null,
            CorrelationId = $"act {item.i % 9}",
        }).ToList();
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.AuditEvents.AddRange(events.Select(e => e.Stamp(new byte[32])));
            return await db.SaveChangesAsync(Cancel);
        });
        return [.. events.OrderByDescending(e => e.UtcMicroseconds).ThenByDescending(e => e.Id.ToString(), StringComparer.Ordinal)];
    }

    private static Task<Page<AuditRow>> List(TestPortal portal, AuditFilter filter, PageStart start, Actor actor) =>
        portal.Run((AuditTrail trail) => trail.ListAsync(filter, start, actor, Cancel));
}
