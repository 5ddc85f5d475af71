using System.Net;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Registration;

namespace UserAdmin.Tests.Me;

public class MyPagesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A8_A_card_shows_what_its_owner_shows_and_nothing_else()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => (user.PhoneNumber, user.City) = ("+351 1234", "Porto"));
        using var dave = await app.SignInAs(await app.Given(Dave));
        var form = new ProfileForm { FirstName = "Carol", LastName = "Cooper", Phone = "+351 1234", City = "Porto" };
        var told = form.Copy();
        (told.Bio, told.Location) = ("I keep bees.", "By the sea");
        await app.Run((ProfileService profiles) => profiles.EditAsync(carol.Id, told, form, carol, Cancel));
        await app.Run((ProfileService profiles) => profiles.ShowToAsync(ProfilePart.Location, Audience.Nobody, carol, Cancel));

        var card = await (await dave.Get($"/people/{carol.Id}")).Text();

        Assert.Contains("I keep bees.", card);
        foreach (var hidden in (string[])["By the sea", "+351 1234", "Porto", "carol@example.org"])
            Assert.DoesNotContain(hidden, card);
        Assert.Equal(HttpStatusCode.NotFound, (await dave.Get($"/people/{Guid.NewGuid()}")).StatusCode);
    }

    [Fact]
    public async Task U9_Administrators_see_the_profile_on_the_person_s_page_unless_it_is_kept_from_them()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var form = new ProfileForm { FirstName = "Carol", LastName = "Cooper" };
        var told = form.Copy();
        (told.Bio, told.EmergencyName, told.DateOfBirth) = ("I keep bees.", "Ivo Cooper", new(1990, 2, 3));
        await app.Run((ProfileService profiles) => profiles.EditAsync(carol.Id, told, form, carol, Cancel));
        using var alice = await app.SignInAs(app.Alice);

        var page = await (await alice.Get($"/users/{carol.Id}")).Text();

        Assert.Contains("I keep bees.", page);
        Assert.Contains("Ivo Cooper", page);
        Assert.Contains("Kept private by its owner", page);
        Assert.DoesNotContain("1990", page);
    }

    [Fact]
    public async Task The_terms_somebody_accepted_stand_on_the_privacy_page()
    {
        await using var app = await TestApp.StartAsync();
        var terms = new TermsVersion { Number = 3, Body = "Be nice.", PublishedAt = app.Clock.Now, PublishedByName = "Alice" };
        await app.Run(async (UserAdminDbContext db) =>
        {
            db.AddRange(terms, new TermsAcceptance { UserId = app.Alice.Id, TermsVersionId = terms.Id, AcceptedAt = app.Clock.Now });
            return await db.SaveChangesAsync(Cancel);
        });
        using var browser = await app.SignInAs(app.Alice);

        Assert.Contains("<th scope=\"row\">3</th>", await (await browser.Get("/me/privacy")).Text());
    }

    [Fact]
    public async Task Own_pages_speak_the_language_of_their_reader_and_say_which()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));
        browser.Keep("useradmin-display", Uri.EscapeDataString("""{"language":"fr"}"""));

        foreach (var path in new[] { "/me", "/me/preferences", "/me/activity", "/me/privacy", "/me/notifications" })
        {
            using var page = await browser.Get(path);
            Assert.Equal((path, HttpStatusCode.OK), (path, page.StatusCode));
            Assert.Contains("<html lang=\"fr\"", await page.Text());
        }
    }
}
