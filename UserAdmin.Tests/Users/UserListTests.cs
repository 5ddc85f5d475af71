using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Users;

public class UserListTests
{
    private const int People = 300;
    private const int PageSize = 32;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    public static MatrixTheoryData<DatabaseProvider, UserSort, bool> Orders =>
        new(Databases.Select(row => row.Data), Enum.GetValues<UserSort>(), [false, true]);

    [Theory, MemberData(nameof(Orders))]
    public async Task Paging_forwards_backwards_and_from_the_end_shows_everybody_once_in_order(DatabaseProvider provider, UserSort sort, bool descending)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var expected = InOrder(await GivenPeople(portal), sort, descending);
        var filter = new UserFilter { Sort = sort, Descending = descending, PageSize = PageSize };

        var forwards = new List<Guid>();
        for (PageStart? start = PageStart.First; start is not null;)
        {
            var page = (await List(portal, filter, start)).Page;
            forwards.AddRange(page.Rows.Select(row => row.Id));
            start = page.Next is null ? null : new(After: page.Next);
        }
        var backwards = new List<Guid>();
        for (PageStart? start = new PageStart(AtEnd: true); start is not null;)
        {
            var page = (await List(portal, filter, start)).Page;
            backwards.InsertRange(0, page.Rows.Select(row => row.Id));
            start = page.Previous is null ? null : new(Before: page.Previous);
        }

        Assert.Equal(expected, forwards);
        Assert.Equal(expected, backwards);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_first_page_has_nothing_before_it_and_the_last_nothing_after(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await GivenPeople(portal);
        var filter = new UserFilter { PageSize = 100 };

        var first = (await List(portal, filter, PageStart.First)).Page;
        var second = (await List(portal, filter, new(After: first.Next))).Page;
        var again = (await List(portal, filter, new(Before: second.Previous))).Page;
        var last = (await List(portal, filter, new(AtEnd: true))).Page;

        Assert.Null(first.Previous);
        Assert.Null(last.Next);
        Assert.Equal(first.Rows, again.Rows);
        Assert.Null(again.Previous);
        Assert.NotNull(again.Next);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_cursor_of_somebody_who_is_gone_or_was_never_there_starts_at_the_beginning(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await GivenPeople(portal);
        var filter = new UserFilter { PageSize = 10 };
        var first = (await List(portal, filter, PageStart.First)).Page.Rows;

        foreach (var start in new PageStart[] { new(After: Guid.NewGuid().ToString()), new(Before: Guid.NewGuid().ToString()), new(After: "';--"), new(Before: "x") })
            Assert.Equal(first, (await List(portal, filter, start)).Page.Rows);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_deleted_cursor_still_marks_its_place(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var people = InOrder(await GivenPeople(portal), UserSort.Name, false);
        var filter = new UserFilter { PageSize = 10 };
        var first = (await List(portal, filter, PageStart.First)).Page;

        await portal.Run((UserLifecycle users) => users.DeleteAsync(Guid.Parse(first.Next!), "left", Actor.System, Cancel));
        var second = (await List(portal, filter, new(After: first.Next))).Page;

        Assert.Equal(people.Skip(10).Take(10), second.Rows.Select(row => row.Id));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Few_people_are_counted_exactly(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await GivenPeople(portal);

        Assert.Equal(new(People), (await List(portal, new(), PageStart.First)).Count);
        Assert.Equal(new(0), (await List(portal, new() { Statuses = [UserStatus.Deleted] }, PageStart.First)).Count);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Filters_narrow_the_list_alone_and_together(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var now = portal.Clock.Now;
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await portal.Given(Alice, user => user.LastSignInAt = now);
        await portal.Given(Carol, user => user.CreatedAt = now.AddDays(-10));
        await portal.Given(new("Inactive", "X", null), user => user.Deactivate("x", now));
        await portal.Given(new("Locked", "X", null), user => user.Lock(now.AddDays(1), "x"));
        await portal.Given(new("Unlocked", "X", null), user => user.Lock(now.AddDays(-1), "x"));
        await portal.Given(new("Expired", "X", null), user => user.ExpiresAt = now.AddDays(-1));
        await portal.Given(new("Pending", "X", null), user => user.ActivatedAt = null);
        await portal.Given(new("Deleted", "X", SystemRoles.Owner), user => user.Delete("x", now));
        await portal.Given(new("Secured", "X", null), user => (user.TwoFactorEnabled, user.LastSignInAt) = (true, now.AddDays(-5)));

        async Task<string> Names(UserFilter filter) => string.Join(' ', (await List(portal, filter, PageStart.First)).Page.Rows.Select(row => row.FullName.Split(' ')[0]).Order(StringComparer.Ordinal));

        Assert.Equal("Alice Carol Expired Inactive Locked Pending Secured Unlocked", await Names(new()));
        Assert.Equal("Alice Carol Secured Unlocked", await Names(new() { Statuses = [UserStatus.Active] }));
        Assert.Equal("Inactive", await Names(new() { Statuses = [UserStatus.Inactive] }));
        Assert.Equal("Locked", await Names(new() { Statuses = [UserStatus.Locked] }));
        Assert.Equal("Expired", await Names(new() { Statuses = [UserStatus.Expired] }));
        Assert.Equal("Pending", await Names(new() { Statuses = [UserStatus.Pending] }));
        Assert.Equal("Deleted", await Names(new() { Statuses = [UserStatus.Deleted] }));
        Assert.Equal("Deleted Inactive Pending", await Names(new() { Statuses = [UserStatus.Pending, UserStatus.Deleted, UserStatus.Inactive] }));
        Assert.Equal("Alice", await Names(new() { RoleId = SystemRoles.Owner.Id }));
        Assert.Equal("Secured", await Names(new() { HasTwoFactor = true }));
        Assert.Equal("Alice Secured", await Names(new() { HasSignedIn = true }));
        Assert.Equal("Carol Unlocked", await Names(new() { HasSignedIn = false, Statuses = [UserStatus.Active] }));
        Assert.Equal("Carol", await Names(new() { CreatedTo = today.AddDays(-10) }));
        Assert.Equal("Carol", await Names(new() { CreatedFrom = today.AddDays(-10), CreatedTo = today.AddDays(-1) }));
        Assert.Equal("Secured", await Names(new() { LastSignInTo = today.AddDays(-5) }));
        Assert.Equal("Alice", await Names(new() { LastSignInFrom = today.AddDays(-4), LastSignInTo = today }));
        Assert.Equal("Secured", await Names(new() { Search = "x", HasTwoFactor = true }));
        Assert.Equal("Alice", await Names(new() { Search = "alice", RoleId = SystemRoles.Owner.Id }));
        Assert.Equal("", await Names(new() { Search = "alice", RoleId = SystemRoles.Auditor.Id }));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_first_and_last_days_there_are_can_be_filtered_by(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Given(Alice);

        var everybody = await List(portal, new() { CreatedFrom = DateOnly.MinValue, CreatedTo = DateOnly.MaxValue }, PageStart.First);
        var signedIn = await List(portal, new() { LastSignInFrom = DateOnly.MinValue, LastSignInTo = DateOnly.MaxValue }, PageStart.First);

        Assert.Single(everybody.Page.Rows);
        Assert.Empty(signedIn.Page.Rows);
    }

    [Fact]
    public async Task Somebody_without_permission_finds_only_themselves()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        Task<UserListing> List(UserFilter filter) => portal.Run((UserDirectory users) => users.ListAsync(filter, PageStart.First, carol, Cancel));

        Assert.Equal([carol.Id], (await List(new())).Page.Rows.Select(row => row.Id));
        Assert.Equal(new(1), (await List(new())).Count);
        Assert.Empty((await List(new() { Search = "alice" })).Page.Rows);
        Assert.Null(await portal.Run((UserDirectory users) => users.FindAsync(alice.Id, carol, Cancel)));
        Assert.NotNull(await portal.Run((UserDirectory users) => users.FindAsync(carol.Id, carol, Cancel)));
    }

    // Every fifth name and every seventh instant occurs more than once, so that the id has to break the tie.
    private static async Task<List<User>> GivenPeople(TestPortal portal)
    {
        string[] last = ["Novák", "novak", "Świątek", "Åberg", "O'Brien", "de la Cruz", "Zhou", "李", "Özil", "Ng"];
        string[] first = ["Ada", "Émile", "Zoë", "ada", "Bo", "Иван"];
        var normalizer = portal.Services.GetRequiredService<ILookupNormalizer>();
        var random = new Random(7);
        var people = Enumerable.Range(0, People).Select(i =>
        {
            var user = new User
            {
                CreatedAt = portal.Clock.Now.AddMinutes(-random.Next(People / 7)),
                ActivatedAt = portal.Clock.Now,
                LastSignInAt = i % 4 == 0 ? User.Never : portal.Clock.Now.AddHours(-random.Next(50)),
            };
            user.Rename(first[random.Next(first.Length)], last[random.Next(last.Length)]);
            user.Identify($"{(i % 2 == 0 ? "u" : "U")}ser{random.Next(1000)}.{i}", $"{(i % 3 == 0 ? "a-" : "a")}{random.Next(1000)}_{i}@example.org", normalizer);
            return user;
        }).ToList();
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Users.AddRange(people);
            return await db.SaveChangesAsync(Cancel);
        });
        return people;
    }

    // What the databases are held against: every key compared by code point, ties broken by the id.
    private static List<Guid> InOrder(List<User> people, UserSort sort, bool descending)
    {
        Comparison<User> byKey = sort switch
        {
            UserSort.UserName => (a, b) => string.CompareOrdinal(a.NormalizedUserName, b.NormalizedUserName),
            UserSort.Email => (a, b) => string.CompareOrdinal(a.NormalizedEmail, b.NormalizedEmail),
            UserSort.Created => (a, b) => a.CreatedAt.CompareTo(b.CreatedAt),
            UserSort.LastSignIn => (a, b) => a.LastSignInAt.CompareTo(b.LastSignInAt),
            _ => (a, b) => string.CompareOrdinal(a.SortName, b.SortName),
        };
        var sorted = people.ToList();
        sorted.Sort((a, b) => byKey(a, b) is var order and not 0 ? order : string.CompareOrdinal(a.Id.ToString(), b.Id.ToString()));
        if (descending)
            sorted.Reverse();
        return [.. sorted.Select(user => user.Id)];
    }

    private static Task<UserListing> List(TestPortal portal, UserFilter filter, PageStart start) =>
        portal.Run((UserDirectory users) => users.ListAsync(filter, start, Actor.System, Cancel));
}
