using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Users;
using UserAdmin.Tests.TwoFactor;

namespace UserAdmin.Tests.CustomFields;

public class CustomFieldTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<CustomFieldKind, string, string?> Read => new()
    {
        { CustomFieldKind.Text, "  AB  1234 ", "AB 1234" }, { CustomFieldKind.Text, "", null }, { CustomFieldKind.Text, "x\u202Ey", "!" }, { CustomFieldKind.Text, new string('a', 401), "!" },
        { CustomFieldKind.Number, "0012.50", "12.5" }, { CustomFieldKind.Number, "1,5", "!" }, { CustomFieldKind.Number, "1e9", "!" }, { CustomFieldKind.Number, "-3", "-3" },
        { CustomFieldKind.Date, "2026-11-21", "2026-11-21" }, { CustomFieldKind.Date, "21.11.2026", "!" }, { CustomFieldKind.Date, "2026-02-30", "!" },
        { CustomFieldKind.Choice, "Red", "Red" }, { CustomFieldKind.Choice, "Blue", "!" }, { CustomFieldKind.Flag, "yes", "yes" }, { CustomFieldKind.Flag, "maybe", null },
    };

    [Theory, MemberData(nameof(Read))]
    public void What_somebody_typed_is_kept_in_one_form_or_refused(CustomFieldKind kind, string typed, string? kept)
    {
        var (value, wrong) = CustomFieldRules.Read(new() { Key = "key", Label = "Label", Kind = kind, Choices = "Red\nGreen" }, typed);

        Assert.Equal((kept == "!" ? null : kept, kept == "!"), (value, wrong is not null));
    }

    [Fact]
    public void Required_length_range_and_pattern_are_asked()
    {
        CustomField field = new() { Key = "key", Label = "Label", IsRequired = true, Minimum = 2, Maximum = 6, Pattern = "[A-Z]{2}[0-9]*" };
        CustomField number = new() { Key = "key", Label = "Label", Kind = CustomFieldKind.Number, Minimum = 1, Maximum = 10 };

        Assert.All<string>(["", "A", "ABCDEFG", "ab1", "AB1\nx"], typed => Assert.NotNull(CustomFieldRules.Read(field, typed).Wrong));
        Assert.Null(CustomFieldRules.Read(field, "AB12").Wrong);
        Assert.All<string>(["0", "10.5"], typed => Assert.NotNull(CustomFieldRules.Read(number, typed).Wrong));
    }

    [Theory, InlineData("(?=a)a"), InlineData(@"(a)\1"), InlineData("["), InlineData("(?<!a)b")]
    public async Task D10_A_pattern_that_could_run_for_long_or_is_none_is_refused_at_its_field(string pattern)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var refused = await Create(portal, new() { Key = "code", Label = "Code", Pattern = pattern }, alice);

        Assert.Equal(nameof(CustomFieldForm.Pattern), refused.Problem!.Field);
    }

    [Fact]
    public void D10_A_pattern_made_to_explode_answers_at_once()
    {
        CustomField field = new() { Key = "key", Label = "Label", Pattern = "(a+)+b" };

        Assert.NotNull(CustomFieldRules.Read(field, new string('a', 400)).Wrong);
    }

    [Fact]
    public async Task Fields_are_made_edited_moved_retired_brought_back_and_removed_and_all_of_it_is_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var (first, second) = (await Given(portal, alice, new() { Key = "staff_number", Label = "Staff number" }), await Given(portal, alice, new() { Key = "floor", Label = "Floor" }));
        await Edit(portal, carol.Id, alice, (first.Id, null, "12"));

        Assert.Equal(CustomFieldService.KeyTaken, (await Create(portal, new() { Key = "floor", Label = "Again" }, alice)).Problem);
        Assert.True((await portal.Run((CustomFieldService fields) => fields.EditAsync(first.Id, first.ConcurrencyStamp, new() { Key = "other_key", Label = "Number", Kind = CustomFieldKind.Date }, alice, Cancel))).Succeeded);
        Assert.Equal(CustomFieldService.Changed, (await portal.Run((CustomFieldService fields) => fields.EditAsync(first.Id, first.ConcurrencyStamp, new() { Key = "x", Label = "Late" }, alice, Cancel))).Problem);
        Assert.True((await portal.Run((CustomFieldService fields) => fields.MoveUpAsync(second.Id, alice, Cancel))).Succeeded);
        Assert.Equal(CustomFieldService.StillUsed, (await portal.Run((CustomFieldService fields) => fields.RemoveAsync(first.Id, alice, Cancel))).Problem);
        Assert.True((await portal.Run((CustomFieldService fields) => fields.RetireAsync(first.Id, alice, Cancel))).Succeeded);
        Assert.Equal(["floor"], (await Seen(portal, carol.Id, alice)).Select(entry => entry.Field.Key));
        Assert.True((await portal.Run((CustomFieldService fields) => fields.BringBackAsync(first.Id, alice, Cancel))).Succeeded);
        Assert.Equal([("floor", null), ("staff_number", "12")], (await Seen(portal, carol.Id, alice)).Select(entry => (entry.Field.Key, entry.Value)));
        await portal.Run((CustomFieldService fields) => fields.RetireAsync(first.Id, alice, Cancel));
        Assert.Equal(StepUp.Needed, (await portal.Run((CustomFieldService fields) => fields.RemoveAsync(first.Id, alice.LongSignedIn, Cancel))).Problem);
        Assert.True((await portal.Run((CustomFieldService fields) => fields.RemoveAsync(first.Id, alice, Cancel))).Succeeded);

        Assert.Equal(0, await portal.Run((UserAdminDbContext db) => db.CustomValues.CountAsync(Cancel)));
        Assert.Equal(["Values: 1 -> -"], (await portal.Event(AuditAction.CustomFieldRemoved)).Differences);
    }

    [Fact]
    public async Task Defining_fields_takes_its_permission()
    {
        await using var portal = await TestPortal.StartAsync();
        var heidi = await portal.Given(Heidi);

        Assert.Equal(UserProblems.NotAllowed, (await Create(portal, new() { Key = "floor", Label = "Floor" }, heidi)).Problem);
        Assert.Equal(UserProblems.NotAllowed, (await portal.Run((CustomFieldService fields) => fields.RetireAsync(Guid.NewGuid(), heidi, Cancel))).Problem);
        Assert.Empty(await portal.Run((CustomFieldService fields) => fields.ListAsync(heidi, Cancel)));
    }

    [Fact]
    public async Task Administrators_owners_and_others_see_and_edit_what_the_field_says()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var secret = await Given(portal, alice, new() { Key = "rating", Label = "Rating" });
        var own = await Given(portal, alice, new() { Key = "shirt", Label = "Shirt", VisibleTo = CustomFieldAudience.Owner, OwnerMayEdit = true });
        var open = await Given(portal, alice, new() { Key = "floor", Label = "Floor", VisibleTo = CustomFieldAudience.Everybody });
        await Edit(portal, carol.Id, alice, (secret.Id, null, "A"), (own.Id, null, "M"), (open.Id, null, "3"));

        Assert.Equal([("rating", true), ("shirt", true), ("floor", true)], (await Seen(portal, carol.Id, alice)).Select(entry => (entry.Field.Key, entry.MayEdit)));
        Assert.Equal([("shirt", true), ("floor", false)], (await Seen(portal, carol.Id, carol)).Select(entry => (entry.Field.Key, entry.MayEdit)));
        Assert.Empty(await Seen(portal, carol.Id, dave));
        Assert.Equal(["floor"], (await portal.Run((CustomValues values) => values.ListAsync(carol.Id, dave, Cancel, asOthersDo: true))).Select(entry => entry.Field.Key));
        Assert.True((await Edit(portal, carol.Id, carol, (own.Id, "M", "L"))).Value!.IsSaved);
        Assert.Equal(UserProblems.NotAllowed, (await Edit(portal, carol.Id, carol, (secret.Id, "A", "B"))).Problem);
        Assert.Equal(UserProblems.NotAllowed, (await Edit(portal, carol.Id, carol, (open.Id, "3", "4"))).Problem);
        Assert.False((await Edit(portal, carol.Id, dave, (open.Id, "3", "4"))).Succeeded);
        Assert.Equal(["Rating: - -> A", "Shirt: - -> M", "Floor: - -> 3", "Shirt: M -> L"], (await portal.Events(AuditAction.UserEdited)).SelectMany(e => e.Differences));
    }

    [Fact]
    public async Task Two_who_edit_at_once_keep_both_fields_and_are_asked_about_the_same_one()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Carol));
        var (floor, shirt) = (await Given(portal, alice, new() { Key = "floor", Label = "Floor" }), await Given(portal, alice, new() { Key = "shirt", Label = "Shirt" }));

        Assert.True((await Edit(portal, carol.Id, alice, (floor.Id, null, "1"), (shirt.Id, null, null))).Value!.IsSaved);
        Assert.True((await Edit(portal, carol.Id, bob, (floor.Id, null, null), (shirt.Id, null, "M"))).Value!.IsSaved);
        var refused = (await Edit(portal, carol.Id, bob, (floor.Id, null, "2"), (shirt.Id, "M", "M"))).Value!;

        Assert.Equal(("Floor", "1", "2"), (Assert.Single(refused.Conflicts).Field.Label, refused.Conflicts[0].Theirs, refused.Conflicts[0].Mine));
        Assert.Equal(["1", "M"], (await Seen(portal, carol.Id, alice)).Select(entry => entry.Value));
    }

    [Fact]
    public async Task What_is_wrong_is_said_of_each_field_and_nothing_is_saved()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var (floor, born) = (await Given(portal, alice, new() { Key = "floor", Label = "Floor", IsRequired = true }), await Given(portal, alice, new() { Key = "born", Label = "Born", Kind = CustomFieldKind.Date }));

        var refused = (await Edit(portal, carol.Id, alice, (floor.Id, null, " "), (born.Id, null, "soon"))).Value!;

        Assert.Equal(new[] { floor.Id, born.Id }.Order(), refused.Wrong.Keys.Order());
        Assert.All(await Seen(portal, carol.Id, alice), entry => Assert.Null(entry.Value));
    }

    [Fact]
    public async Task A_new_account_is_made_with_its_fields_and_not_without_a_required_one()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var floor = await Given(portal, alice, new() { Key = "floor", Label = "Floor", IsRequired = true });
        UserForm form = new() { FirstName = "Erik", LastName = "Ek", UserName = "erik", Email = "erik@example.org" };

        Assert.Equal(floor.Id.ToString(), (await portal.Run((UserService users) => users.CreateAsync(form, alice, Cancel))).Problem!.Field);
        form.Custom[floor.Id] = "3";
        var made = await portal.Run((UserService users) => users.CreateAsync(form, alice, Cancel));

        Assert.Equal("3", Assert.Single(await Seen(portal, made.Value, alice)).Value);
        Assert.Contains("Floor: - -> 3", (await portal.Event(AuditAction.UserCreated)).Differences);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task The_list_of_users_shows_the_columns_and_filters_by_value_and_by_having_one(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var floor = await Given(portal, alice, new() { Key = "floor", Label = "Floor", IsInList = true });
        await Edit(portal, carol.Id, alice, (floor.Id, null, "3"));
        await Edit(portal, dave.Id, alice, (floor.Id, null, "4"));
        async Task<IEnumerable<string>> Find(params (string, string?)[] custom) =>
            (await portal.Run((UserDirectory users) => users.ListAsync(new() { Custom = custom }, PageStart.First, alice, Cancel))).Page.Rows.Select(row => $"{row.UserName} {row.Custom.GetValueOrDefault(floor.Id)}");

        Assert.Equal(["carol 3"], await Find(("floor", "3")));
        Assert.Equal(["carol 3", "dave 4"], await Find(("floor", null)));
        Assert.Empty(await Find(("floor", "3"), ("floor", "4")));
        Assert.Equal(3, (await Find()).Count());
    }

    [Fact]
    public async Task E13_With_the_feature_off_values_are_neither_shown_asked_for_nor_searched_and_come_back_with_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var floor = await Given(portal, alice, new() { Key = "floor", Label = "Floor", IsInList = true, IsRequired = true });
        await Edit(portal, carol.Id, alice, (floor.Id, null, "3"));

        await Switch(portal, alice, isOn: false);

        Assert.Empty(await Seen(portal, carol.Id, alice));
        Assert.Equal(UserProblems.NotAllowed, (await Edit(portal, carol.Id, alice, (floor.Id, "3", "4"))).Problem);
        Assert.Equal(2, (await portal.Run((UserDirectory users) => users.ListAsync(new() { Custom = [("floor", "3")] }, PageStart.First, alice, Cancel))).Page.Rows.Count);
        Assert.True((await portal.Run((UserService users) => users.CreateAsync(new() { FirstName = "Erik", LastName = "Ek", UserName = "erik", Email = "erik@example.org" }, alice, Cancel))).Succeeded);
        await Switch(portal, alice, isOn: true);
        Assert.Equal("3", Assert.Single(await Seen(portal, carol.Id, alice)).Value);
    }

    private static Task<bool> Switch(TestPortal portal, Actor alice, bool isOn) => portal.Run(async (FeatureSwitches switches) =>
    {
        var (features, stamp) = await switches.FindAsync(Cancel);
        features.CustomFields = isOn;
        Assert.True((await switches.SaveAsync(features, stamp, alice, Cancel)).Succeeded);
        return true;
    });

    private static Task<Result> Create(TestPortal portal, CustomFieldForm form, Actor actor) => portal.Run((CustomFieldService fields) => fields.CreateAsync(form, actor, Cancel));

    private static async Task<CustomField> Given(TestPortal portal, Actor actor, CustomFieldForm form)
    {
        Assert.True((await Create(portal, form, actor)).Succeeded);
        return await portal.Run((UserAdminDbContext db) => db.CustomFields.AsNoTracking().SingleAsync(f => f.Key == form.Key, Cancel));
    }

    private static Task<IReadOnlyList<CustomEntry>> Seen(TestPortal portal, Guid userId, Actor actor) => portal.Run((CustomValues values) => values.ListAsync(userId, actor, Cancel));

    private static Task<Result<CustomOutcome>> Edit(TestPortal portal, Guid userId, Actor actor, params (Guid Field, string? Before, string? After)[] edits) => portal.Run((CustomValues values) =>
        values.EditAsync(userId, edits.ToDictionary(edit => edit.Field, edit => edit.After), edits.ToDictionary(edit => edit.Field, edit => edit.Before), actor, Cancel));
}
