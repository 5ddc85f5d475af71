using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Users;

public class CreatingUsersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_new_user_is_pending_and_recorded_with_every_value(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);

        var created = await Create(portal, alice, new() { FirstName = " Carol ", LastName = "van  der Berg", UserName = "carol", Email = "carol@example.org", City = "Kraków", LastDay = new(2099, 12, 31) });

        var carol = await portal.Load(created.Value);
        Assert.Equal(("Carol", "van der Berg", UserStatus.Pending), (carol.FirstName, carol.LastName, carol.StatusAt(portal.Clock.Now)));
        Assert.Equal(new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero), carol.ExpiresAt);
        var e = await portal.Event(AuditAction.UserCreated);
        Assert.Equal((alice.UserId, "Alice Archer", carol.Id, "Carol van der Berg", "192.0.2.1", AuditOutcome.Success), (e.ActorId, e.ActorName, e.TargetId!.Value, e.TargetName!, e.Address!, e.Outcome));
        Assert.Equal(
            ["City: - -> Kraków", "Email: - -> carol@example.org", "ExpiresAt: - -> 2100-01-01 00:00:00Z", "FirstName: - -> Carol", "LastName: - -> van der Berg", "UserName: - -> carol"],
            e.Differences.Order());
    }

    [Fact]
    public async Task Creating_needs_permission_and_the_attempt_is_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        var refused = await Create(portal, carol, Form("dave"));

        Assert.Equal((ProblemKind.NotAllowed, "not_allowed"), (refused.Problem!.Kind, refused.Problem.Code));
        Assert.Equal((carol.UserId, AuditOutcome.Denied), await portal.Event(AuditAction.AccessDenied) is var e ? (e.ActorId, e.Outcome) : default);
        Assert.Equal(1, await Count(portal));
    }

    [Theory]
    [InlineData("ADMIN", "other@example.org", "user.user_name_taken", "UserName")]
    [InlineData("ａdmin", "other@example.org", "user.user_name_taken", "UserName")]
    [InlineData(" admin ", "other@example.org", "user.user_name_taken", "UserName")]
    [InlineData("other", "Admin@Example.org", "user.email_taken", "Email")]
    [InlineData("other", "ａdmin@example.org", "user.email_taken", "Email")]
    [InlineData("other", "admin@example.org ", "user.email_taken", "Email")]
    [InlineData("admin@example.com", "other@example.org", "user.user_name_is_email", "UserName")]
    public async Task E12_A_name_that_reads_the_same_is_taken(string userName, string email, string problem, string field)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        await Create(portal, alice, new() { FirstName = "A", LastName = "B", UserName = "admin", Email = "admin@example.org" });

        var refused = await Create(portal, alice, new() { FirstName = "A", LastName = "B", UserName = userName, Email = email });

        Assert.Equal((problem, field), (refused.Problem?.Code, refused.Problem?.Field));
    }

    [Fact]
    public async Task E11_E12_The_names_of_a_deleted_user_are_taken_until_they_are_purged_and_the_next_owner_is_somebody_else()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Run((UserLifecycle users) => users.DeleteAsync(carol.Id, "left", alice, Cancel));

        var taken = await Create(portal, alice, Form("carol"));
        await portal.Run((UserLifecycle users) => users.PurgeAsync(carol.Id, "for good", alice, Cancel));
        var created = await Create(portal, alice, Form("carol"));

        Assert.Equal("user.user_name_taken", taken.Problem?.Code);
        Assert.True(created.Succeeded);
        Assert.NotEqual(carol.Id, created.Value);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task K01_Of_fifty_who_create_the_same_user_at_once_one_succeeds_and_the_others_are_told_why(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Create(portal, alice, new() { FirstName = "A", LastName = "B", UserName = $"user{i}", Email = "same@example.org" })));

        Assert.Single(answers, answer => answer.Succeeded);
        Assert.All(answers.Where(answer => !answer.Succeeded), answer => Assert.Equal(UserProblems.EmailTaken, answer.Problem));
        await portal.Event(AuditAction.UserCreated);
        Assert.Equal(2, await Count(portal));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task K01_Of_fifty_who_take_the_same_user_name_at_once_one_succeeds(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Create(portal, alice, new() { FirstName = "A", LastName = "B", UserName = "same", Email = $"user{i}@example.org" })));

        Assert.Single(answers, answer => answer.Succeeded);
        Assert.All(answers.Where(answer => !answer.Succeeded), answer => Assert.Equal(UserProblems.UserNameTaken, answer.Problem));
    }

    [Theory]
    [InlineData("FirstName", ""), InlineData("FirstName", "   "), InlineData("LastName", "")]
    [InlineData("FirstName", "a\0b"), InlineData("FirstName", "a\nb"), InlineData("FirstName", "a\u001b[31mb"), InlineData("LastName", "a\u202Eb"), InlineData("LastName", "a\u2066b"), InlineData("LastName", "\uFEFFa"), InlineData("LastName", "a\u200Fb")]
    [InlineData("UserName", ""), InlineData("UserName", "аdmin"), InlineData("UserName", "a b"), InlineData("UserName", "admin."), InlineData("UserName", "-admin"), InlineData("UserName", "a\0b"), InlineData("UserName", "👑")]
    [InlineData("Email", ""), InlineData("Email", "carol"), InlineData("Email", "carol@"), InlineData("Email", "@example.org"), InlineData("Email", "a b@example.org"), InlineData("Email", "carol@example"), InlineData("Email", "carol@ex ample.org")]
    [InlineData("Email", "carol@example.org\r\nBcc: x@example.org"), InlineData("Email", "cаrol@example.org"), InlineData("Email", "Carol <carol@example.org>"), InlineData("Email", "carol@-example.org")]
    [InlineData("Phone", "call me"), InlineData("Phone", "+48\0123"), InlineData("City", "a\u0007"), InlineData("Street", "a\u2028b"), InlineData("Country", "a\u202Cb"), InlineData("PostalCode", "a\tb")]
    public void F05_Bad_input_is_refused_at_its_field(string field, string value) => Assert.Equal(field, FieldRefused(field, value));

    [Theory]
    [InlineData("FirstName", 100), InlineData("LastName", 100), InlineData("UserName", 100), InlineData("Phone", 20), InlineData("Street", 200), InlineData("PostalCode", 20), InlineData("City", 100), InlineData("Country", 100)]
    public void F05_Every_field_has_a_limit(string field, int limit)
    {
        var digit = field == "Phone" ? "1" : "a";

        Assert.Null(FieldRefused(field, string.Concat(Enumerable.Repeat(digit, limit))));
        Assert.Equal(field, FieldRefused(field, string.Concat(Enumerable.Repeat(digit, limit + 1))));
    }

    [Theory, InlineData("FirstName"), InlineData("UserName"), InlineData("Email"), InlineData("City")]
    public void F05_Half_a_character_is_refused(string field) => Assert.Equal(field, FieldRefused(field, "a\ud800b"));

    [Theory, InlineData("FirstName"), InlineData("UserName"), InlineData("Email"), InlineData("Street")]
    public void F05_A_thousand_combining_marks_are_refused(string field) => Assert.Equal(field, FieldRefused(field, "o" + new string('\u0301', 1000)));

    [Theory, MemberData(nameof(Databases))]
    public async Task F05_What_is_not_refused_is_stored_exactly(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        string[] names = ["Zoë", "李小龍", "👩‍👩‍👧", "O'Brien", "<script>alert(1)</script>", "=1+1", "%_\\", "\"; DROP TABLE users; --", "𝒞𝒶𝓇𝑜𝓁", "نور", string.Concat(Enumerable.Repeat("👑", 100)), "a\u200Db"];

        foreach (var (name, i) in names.Select((name, i) => (name, i)))
        {
            var form = new UserForm { FirstName = name, LastName = name, UserName = $"user{i}", Email = $"user{i}@example.org", City = name };
            Assert.Empty(Refusals(form));
            var created = await Create(portal, alice, form);
            var stored = await portal.Load(created.Value);
            Assert.Equal((name, name, name), (stored.FirstName, stored.LastName, stored.City));
        }
    }

    [Fact]
    public async Task A_last_day_in_the_past_is_refused()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var form = Form("carol");
        form.LastDay = DateOnly.FromDateTime(portal.Clock.Now.UtcDateTime).AddDays(-1);

        Assert.Equal("LastDay", (await Create(portal, alice, form)).Problem?.Field);
    }

    internal static UserForm Form(string name) => new() { FirstName = name, LastName = "Test", UserName = name, Email = $"{name}@example.org" };

    private static string? FieldRefused(string field, string value)
    {
        var form = Form("carol");
        typeof(UserForm).GetProperty(field)!.SetValue(form, value);
        return Refusals(form).SelectMany(refusal => refusal.MemberNames).Distinct().SingleOrDefault();
    }

    private static List<ValidationResult> Refusals(UserForm form)
    {
        var refusals = new List<ValidationResult>();
        Validator.TryValidateObject(form, new(form), refusals, validateAllProperties: true);
        return refusals;
    }

    private static Task<Result<Guid>> Create(TestPortal portal, Actor actor, UserForm form) =>
        portal.Run((UserService users) => users.CreateAsync(form, actor, Cancel));

    private static Task<int> Count(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel));
}
