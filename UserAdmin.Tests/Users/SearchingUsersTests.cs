using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Users;

public class SearchingUsersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task People_are_found_by_parts_of_what_they_are_called(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await Given(portal, "José", "Müller-Świątek", "jmueller", "jose.m@example.org");
        await Given(portal, "Joanna", "Nowak", "jnowak", "joanna@example.com");
        await Given(portal, "Bo", "Ng", "bong", "bo@example.net");
        await Given(portal, "小龍", "李", "bruce", "lee@example.hk");

        Assert.Equal("jmueller", await Found(portal, "jose"));
        Assert.Equal("jmueller", await Found(portal, "JOSÉ"));
        Assert.Equal("jmueller", await Found(portal, "ｊｏｓｅ"));
        Assert.Equal("jmueller", await Found(portal, "swiatek"));
        Assert.Equal("jmueller", await Found(portal, "uller"));
        Assert.Equal("jmueller", await Found(portal, "müller josé"));
        Assert.Equal("jmueller", await Found(portal, "José Müller-Świątek"));
        Assert.Equal("jmueller", await Found(portal, "Müller-Świątek José"));
        Assert.Equal("jnowak", await Found(portal, "joanna@example.com"));
        Assert.Equal("jnowak", await Found(portal, "example.com"));
        Assert.Equal("jnowak", await Found(portal, "nowak joa"));
        Assert.Equal("", await Found(portal, "nowak jose"));
        Assert.Equal("bruce", await Found(portal, "李"));
        Assert.Equal("bruce", await Found(portal, "小龍"));
        Assert.Equal("bruce", await Found(portal, "小龍 李"));
        Assert.Equal("bong bruce jmueller jnowak", await Found(portal, "example"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Words_of_one_or_two_letters_match_beginnings(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await Given(portal, "Bo", "Ng", "bong", "bo@example.net");
        await Given(portal, "Joanna", "Nowak", "jnowak", "joanna@example.com");

        Assert.Equal("bong", await Found(portal, "bo"));
        Assert.Equal("bong", await Found(portal, "ng"));
        Assert.Equal("bong", await Found(portal, "bo ng"));
        Assert.Equal("jnowak", await Found(portal, "no jo"));
        Assert.Equal("jnowak", await Found(portal, "joanna no"));
        Assert.Equal("bong", await Found(portal, "b"));
        Assert.Equal("", await Found(portal, "zz"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task F02_Signs_that_mean_something_to_a_database_mean_themselves(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await Given(portal, "100%", "Sure", "sure", "sure@example.org");
        await Given(portal, "Under_Score", "X", "under", "under_score@example.org");
        await Given(portal, "Back\\Slash", "X", "back", "back@example.org");
        await Given(portal, "Quo\"te", "O'Brien", "quote", "quote@example.org");
        await Given(portal, "Plain", "Person", "plain", "plain@example.net");

        Assert.Equal("sure", await Found(portal, "100%"));
        Assert.Equal("", await Found(portal, "1%0"));
        Assert.Equal("", await Found(portal, "%%%"));
        Assert.Equal("under", await Found(portal, "r_score"));
        Assert.Equal("", await Found(portal, "pl_in"));
        Assert.Equal("", await Found(portal, "___"));
        Assert.Equal("back", await Found(portal, "k\\sl"));
        Assert.Equal("quote", await Found(portal, "quo\"te"));
        Assert.Equal("quote", await Found(portal, "o'brien"));
        foreach (var term in new[] { "\"", "\"\"\"", "'", "' OR 1=1 --", "plain AND", "NOT plain2", "NEAR(plain,1)", "plain*", "^plain", "text:plain", "(", "a\"b OR \"c", "%", "_", "\\", "{plain}", "+-*/" })
            Assert.DoesNotContain("sure", await Found(portal, term));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task F05_No_term_makes_the_search_fail(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await Given(portal, "Plain", "Person", "plain", "plain@example.net");

        foreach (var term in new[] { "\0", "abc\0def", "a\0", "\ud800abc", "abc\udc00", "\u202Eabc", "👑👑👑", "o\u0301\u0301\u0301\u0301", "\u0301\u0301\u0301\u0301", new string('x', 5000), string.Join(' ', Enumerable.Repeat("abc", 500)) })
            Assert.True(await Found(portal, term) is "" or "plain");
    }

    [Fact]
    public async Task An_empty_search_shows_everybody()
    {
        await using var portal = await TestPortal.StartAsync();
        await Given(portal, "Plain", "Person", "plain", "plain@example.net");

        Assert.Equal("plain", await Found(portal, "  \t "));
    }

    private static async Task Given(TestPortal portal, string firstName, string lastName, string userName, string email)
    {
        var created = await portal.Run((UserService users) => users.CreateAsync(new() { FirstName = firstName, LastName = lastName, UserName = userName, Email = email }, Actor.System, Cancel));
        Assert.Null(created.Problem);
    }

    private static async Task<string> Found(TestPortal portal, string term) => string.Join(' ',
        (await portal.Run((UserDirectory users) => users.ListAsync(new() { Search = term }, PageStart.First, Actor.System, Cancel))).Page.Rows.Select(row => row.UserName).Order(StringComparer.Ordinal));
}
