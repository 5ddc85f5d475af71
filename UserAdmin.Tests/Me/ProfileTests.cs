using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Me;

public class ProfileTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Somebody_edits_their_own_profile_without_any_permission(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);

        await Edit(portal, carol, carol, form => (form.LastName, form.City) = ("Novák", "Brno"));
        await Edit(portal, carol, carol, form =>
        {
            (form.Bio, form.DateOfBirth, form.EmergencyName) = ("Two\r\nlines 👩‍👩‍👧 ", new(1990, 2, 3), "Ivo");
            form.Links = [new(" GitHub ", " https://github.com/carol ")];
        });

        var form = (await Find(portal, carol, carol))!.Form;
        Assert.Equal(("Novák", "Brno", "Two\nlines 👩‍👩‍👧", new DateOnly(1990, 2, 3), "Ivo"), (form.LastName, form.City, form.Bio, form.DateOfBirth!.Value, form.EmergencyName));
        Assert.Equal([new("GitHub", "https://github.com/carol")], form.Links);
        Assert.Equal("Carol Novák", (await portal.Load(carol.Id)).FullName);
    }

    [Fact]
    public async Task The_audit_log_tells_changes_of_the_account_and_only_names_those_of_the_profile()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        await Edit(portal, carol, carol, form => (form.City, form.Bio) = ("Brno", "A secret of mine"));

        Assert.Equal(["Bio: - -> ••••••", "City: - -> Brno"], (await portal.Event(AuditAction.UserEdited)).Differences.Order());
    }

    [Fact]
    public async Task Nobody_edits_the_profile_of_another_without_permission()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));

        var refused = await Edit(portal, carol, dave, form => form.Bio = "Vandal");
        var done = await Edit(portal, carol, alice, form => form.Bio = "Moderated");

        Assert.Equal(UserProblems.NotAllowed, refused.Problem);
        Assert.True(done.Succeeded);
        Assert.Null(await Find(portal, carol, dave));
        Assert.Equal("Moderated", (await Find(portal, carol, carol))!.Form.Bio);
        Assert.Equal(AuditOutcome.Denied, (await portal.Event(AuditAction.AccessDenied)).Outcome);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task K01_Two_who_edit_different_fields_both_win_and_of_the_same_field_the_second_is_asked(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var original = (await Find(portal, carol, carol))!.Form;

        await Edit(portal, carol, alice, form => (form.Location, form.City) = ("Porto", "Porto"), original);
        var merged = await Edit(portal, carol, carol, form => form.Bio = "Mine", original);
        var clash = await Edit(portal, carol, carol, form => form.Location = "Lyon", original);

        Assert.Empty(merged.Value!.Conflicts);
        var conflict = Assert.Single(clash.Value!.Conflicts);
        Assert.Equal(("Location", null, "Porto", "Lyon"), (conflict.Field.Name, conflict.Before, conflict.Theirs, conflict.Mine));
        Assert.Equal(("Porto", "Mine"), (await Find(portal, carol, carol))!.Form is var kept ? (kept.Location, kept.Bio) : default);
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { nameof(ProfileForm.FirstName), "Car\u202Eol" }, { nameof(ProfileForm.FirstName), "" }, { nameof(ProfileForm.Bio), "a\0b" }, { nameof(ProfileForm.Bio), "half \uD83D" },
        { nameof(ProfileForm.Bio), new string('b', 2001) }, { nameof(ProfileForm.City), "a\u0301" + new string('\u0301', 1000) }, { nameof(ProfileForm.Location), "x\u2066y" },
        { nameof(ProfileForm.Website), "javascript:alert(1)" }, { nameof(ProfileForm.Website), "http://example.org" }, { nameof(ProfileForm.Website), "https://a b.org" },
        { nameof(ProfileForm.Website), "https://bank.example@evil.example" }, { nameof(ProfileForm.Website), "https://localhost" }, { nameof(ProfileForm.EmergencyPhone), "call me" },
    };

    [Theory, MemberData(nameof(Hostile))]
    public async Task F05_What_can_t_be_kept_exactly_is_refused_at_its_field(string field, string value)
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        var refused = await Edit(portal, carol, carol, form => typeof(ProfileForm).GetProperty(field)!.SetValue(form, value));

        Assert.Equal((ProblemKind.Invalid, field), (refused.Problem!.Kind, refused.Problem.Field));
        Assert.Equal(0, await portal.CountEvents());
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task F05_Emoji_joiners_and_every_script_are_kept_exactly(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);
        var text = "👩‍👩‍👧 นี้ 𝒳 עברית العربية ｆｕｌｌ e\u0301 " + string.Concat(Enumerable.Repeat("😀", 1950)) + "!";

        var saved = await Edit(portal, carol, carol, form => form.Bio = text);

        Assert.True(saved.Succeeded);
        Assert.Equal(text, (await Find(portal, carol, carol))!.Form.Bio);
    }

    [Theory, InlineData("javascript:alert(1)"), InlineData("http://example.org"), InlineData("")]
    public async Task Links_lead_to_https_addresses_only(string url)
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        var bad = await Edit(portal, carol, carol, form => form.Links = [new("GitHub", "https://github.com"), new("X", url)]);
        var many = await Edit(portal, carol, carol, form => form.Links = [.. Enumerable.Repeat(new SocialLink("X", "https://example.org"), 11)]);

        Assert.StartsWith("Link 2:", bad.Problem!.Message, StringComparison.Ordinal);
        Assert.Equal("You can have 10 links at most.", many.Problem!.Message);
    }

    [Fact]
    public async Task A8_What_is_kept_private_is_kept_from_colleagues_and_from_administrators_too()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol, user => user.PhoneNumber = "+351 1"), await portal.Given(Dave));
        await Edit(portal, carol, carol, form => (form.Bio, form.Location, form.Website) = ("Hello", "Porto", "https://example.org"));
        async Task Show(ProfilePart part, Audience audience) => await portal.Run((ProfileService profiles) => profiles.ShowToAsync(part, audience, carol, Cancel));
        Task<PersonCard?> Card(Actor viewer) => portal.Run((ProfileService profiles) => profiles.FindCardAsync(carol.Id, viewer, Cancel));

        await Show(ProfilePart.Bio, Audience.Nobody);
        await Show(ProfilePart.Location, Audience.Administrators);
        await Show(ProfilePart.Phone, Audience.Everybody);
        await Show(ProfilePart.Email, Audience.Nobody);

        Assert.Equal(("+351 1", null, null, null, "https://example.org"), (await Card(dave)) is { } seen ? (seen.Phone, seen.Bio, seen.Location, seen.Email, seen.Website) : default);
        Assert.Equal((Carol.Email, null, "Porto"), (await Card(alice)) is { } byAlice ? (byAlice.Email, byAlice.Bio, byAlice.Location) : default);
        var details = (await Find(portal, carol, alice))!;
        Assert.Equal((null, "Porto", "Bio, DateOfBirth"), (details.Form.Bio, details.Form.Location, string.Join(", ", details.Hidden)));
        Assert.Equal("Hello", (await Find(portal, carol, carol))!.Form.Bio);
        Assert.Null(await Card(Actor.Anonymous));
    }

    [Fact]
    public async Task Only_people_who_can_sign_in_have_a_card()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        await portal.Run((UserLifecycle users) => users.DeactivateAsync(carol.Id, "Left", alice, Cancel));

        Assert.Null(await portal.Run((ProfileService profiles) => profiles.FindCardAsync(carol.Id, dave, Cancel)));
        Assert.NotNull(await portal.Run((ProfileService profiles) => profiles.FindCardAsync(alice.Id, dave, Cancel)));
    }

    [Fact]
    public async Task A9_Another_phone_number_is_not_confirmed_any_more()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol, user => (user.PhoneNumber, user.PhoneNumberConfirmed) = ("+351 1", true));

        await Edit(portal, carol, carol, form => form.City = "Porto");
        var still = (await Find(portal, carol, carol))!.IsPhoneConfirmed;
        await Edit(portal, carol, carol, form => form.Phone = "+351 2");

        Assert.True(still);
        Assert.False((await Find(portal, carol, carol))!.IsPhoneConfirmed);
    }

    private static Task<ProfileDetails?> Find(ITestPortal portal, Actor owner, Actor viewer) =>
        portal.Run((ProfileService profiles) => profiles.FindAsync(owner.Id, viewer, Cancel));

    private static async Task<Result<ProfileOutcome>> Edit(ITestPortal portal, Actor owner, Actor by, Action<ProfileForm> change, ProfileForm? original = null)
    {
        original ??= (await Find(portal, owner, owner))!.Form;
        var mine = original.Copy();
        change(mine);
        return await portal.Run((ProfileService profiles) => profiles.EditAsync(owner.Id, mine, original, by, Cancel));
    }
}
