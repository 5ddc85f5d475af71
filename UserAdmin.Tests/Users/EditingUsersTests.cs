using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Users;

public class EditingUsersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task An_edit_is_saved_and_recorded_with_before_and_after(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        var edited = await Edit(portal, carol, alice, form => (form.LastName, form.City) = ("Novák", "Brno"));

        Assert.True(edited.Succeeded);
        Assert.Equal("Carol Novák", (await portal.Load(carol.Id)).FullName);
        Assert.Equal(["City: - -> Brno", "LastName: Cooper -> Novák"], (await portal.Event(AuditAction.UserEdited)).Differences.Order());
        Assert.Equal("Carol Novák", Assert.Single(await Search(portal, "novak", alice)).FullName);
        Assert.Empty(await Search(portal, "cooper", alice));
    }

    [Fact]
    public async Task Saving_without_a_change_records_nothing()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        var edited = await Edit(portal, carol, alice, form => form.FirstName = "  Carol ");

        Assert.True(edited.Succeeded);
        Assert.Equal(0, await portal.CountEvents());
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task K01_Edits_of_different_fields_are_merged(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Carol));
        var original = UserForm.Of(await portal.Load(carol.Id));

        await Edit(portal, carol, alice, form => form.City = "Brno", original);
        var second = await Edit(portal, carol, bob, form => form.Phone = "+420 123", original);

        var saved = await portal.Load(carol.Id);
        Assert.True(second.Succeeded);
        Assert.Empty(second.Value.Conflicts);
        Assert.Equal(("Brno", "+420 123"), (saved.City, saved.PhoneNumber));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task K01_Edits_of_the_same_field_are_shown_to_the_second_who_chooses(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Carol));
        var original = UserForm.Of(await portal.Load(carol.Id));
        await Edit(portal, carol, alice, form => form.City = "Brno", original);

        var second = await Edit(portal, carol, bob, form => (form.City, form.Phone) = ("Praha", "+420 123"), original);

        var conflict = Assert.Single(second.Value!.Conflicts);
        Assert.Equal(("City", null, "Brno", "Praha"), (conflict.Field.Name, conflict.Before, conflict.Theirs, conflict.Mine));
        Assert.Equal(("Brno", null), await portal.Load(carol.Id) is var unchanged ? (unchanged.City, unchanged.PhoneNumber) : default);

        var chosen = await Edit(portal, carol, bob, form => (form.City, form.Phone) = ("Praha", "+420 123"), second.Value.Current);
        Assert.Empty(chosen.Value!.Conflicts);
        Assert.Equal(("Praha", "+420 123"), await portal.Load(carol.Id) is var saved ? (saved.City, saved.PhoneNumber) : default);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task K01_Of_twenty_who_edit_one_field_at_once_every_saved_value_is_recorded_and_no_other(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var original = UserForm.Of(await portal.Load(carol.Id));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Edit(portal, carol, alice, form => form.City = $"City {i}", original)));

        var saved = Assert.Single(answers, answer => answer is { Succeeded: true, Value.Conflicts.Count: 0 });
        Assert.Equal([$"City: - -> {saved.Value!.Current.City}"], (await portal.Event(AuditAction.UserEdited)).Differences);
    }

    [Fact]
    public async Task E12_An_edit_to_a_name_that_is_taken_is_refused_at_its_field()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Given(Dave);

        var name = await Edit(portal, carol, alice, form => form.UserName = "DAVE");
        var email = await Edit(portal, carol, alice, form => form.Email = "Dave@example.org");

        Assert.Equal([("user.user_name_taken", "UserName"), ("user.email_taken", "Email")], new[] { name, email }.Select(answer => (answer.Problem!.Code, answer.Problem.Field!)));
        Assert.Equal("carol", (await portal.Load(carol.Id)).UserName);
        Assert.Equal(0, await portal.CountEvents());
    }

    [Fact]
    public async Task Editing_needs_permission_and_somebody_to_edit()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        var refused = await Edit(portal, alice, carol, form => form.FirstName = "Mallory");
        var missing = await portal.Run((UserService users) => users.EditAsync(Guid.NewGuid(), new() { FirstName = "X" }, new(), alice, Cancel));

        Assert.Equal("not_allowed", refused.Problem?.Code);
        Assert.Equal("user.not_found", missing.Problem?.Code);
        Assert.Equal(alice.UserId, (await portal.Event(AuditAction.AccessDenied)).TargetId);
        Assert.Equal("Alice", (await portal.Load(alice.Id)).FirstName);
    }

    [Fact]
    public async Task E07_The_last_administrator_cannot_be_given_an_end_date()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var refused = await Edit(portal, alice, alice, form => form.LastDay = new(2099, 1, 1));

        Assert.Equal(("user.last_owner", "LastDay"), (refused.Problem?.Code, refused.Problem?.Field));
    }

    private static async Task<Result<EditOutcome>> Edit(TestPortal portal, Actor target, Actor actor, Action<UserForm> change, UserForm? original = null)
    {
        original ??= UserForm.Of(await portal.Load(target.Id));
        var mine = original.Copy();
        change(mine);
        return await portal.Run((UserService users) => users.EditAsync(target.Id, mine, original, actor, Cancel));
    }

    private static async Task<IReadOnlyList<UserRow>> Search(TestPortal portal, string term, Actor actor) =>
        (await portal.Run((UserDirectory users) => users.ListAsync(new() { Search = term }, PageStart.First, actor, Cancel))).Page.Rows;
}
