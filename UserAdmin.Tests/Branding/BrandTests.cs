using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;
using UserAdmin.Tests.Me;
using UserAdmin.Tests.TwoFactor;

namespace UserAdmin.Tests.Branding;

public class BrandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_name_the_colour_and_the_address_for_help_stand_on_every_page()
    {
        await using var app = await TestApp.StartAsync();
        await Save(app, brand => (brand.Name, brand.Colour, brand.SupportAddress) = ("Acme <People>", "#0a7d3c", "help@acme.example"), app.Alice);
        using var stranger = app.Open();
        using var alice = await app.SignInAs(app.Alice);

        var (signIn, users) = (await (await stranger.Get("/account/sign-in")).Text(), await (await alice.Get("/users")).Text());

        Assert.Contains("- Acme &lt;People&gt;</title>", signIn, StringComparison.Ordinal);
        Assert.Contains("mailto:help@acme.example", signIn, StringComparison.Ordinal);
        Assert.Contains("Users - Acme &lt;People&gt;</title>", users, StringComparison.Ordinal);
        Assert.Contains("<span>Acme &lt;People&gt;</span>", users, StringComparison.Ordinal);
        Assert.All(new[] { signIn, users }, page => Assert.Contains($"--brand-light: {BrandPalette.Of("#0a7d3c").Light.Accent};", page, StringComparison.Ordinal));
        Assert.All(new[] { signIn, users }, page => Assert.DoesNotContain("UserAdmin", page[page.IndexOf("<title>", StringComparison.Ordinal)..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mails_name_the_portal_come_from_the_brand_s_sender_and_ask_for_answers_to_the_address_for_help()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, ("Mail:Folder", folder));
            var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
            await Save(portal, brand => (brand.Name, brand.SenderName, brand.SenderAddress, brand.SupportAddress) = ("Acme", "Acme People", "people@acme.example", "help@acme.example"), alice);

            await portal.Run((PasswordAdministration passwords) => passwords.SendLinkAsync(carol.Id, Guarded.Reason, alice, Cancel));
            var mail = await portal.LastMailTo(Carol);
            await portal.Services.GetRequiredService<OutboxDelivery>().SendDueAsync(portal.Services.GetRequiredService<TenantDirectory>().Default, Cancel);

            Assert.Contains("Acme", mail, StringComparison.Ordinal);
            Assert.DoesNotContain("UserAdmin", mail, StringComparison.Ordinal);
            var sent = string.Concat(Directory.EnumerateFiles(folder, "*.eml", SearchOption.AllDirectories).Select(File.ReadAllText));
            Assert.Contains("people@acme.example", sent, StringComparison.Ordinal);
            Assert.Contains("Reply-To: help@acme.example", sent, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    public static TheoryData<string> Colours => ["#000000", "#ffffff", "#ffff00", "#808080", "#2f5fd0", "#ff0000", "#00ff00", "#0000ff", "#f0f2f5", "#123456", "#fedcba", "#ff00ff", "#00ffff"];

    // The same pairs as AccentTests measure for the product's own accents.
    [Theory, MemberData(nameof(Colours))]
    public void Any_colour_becomes_shades_that_can_be_read_in_both_themes(string colour)
    {
        var palette = BrandPalette.Of(colour);

        foreach (var (shades, surface, ground) in new[] { (palette.Light, "#ffffff", "#f6f7f9"), (palette.Dark, "#1a1e27", "#12151c") })
            foreach (var (one, other) in new[] { (shades.OnAccent, shades.Accent), (shades.OnAccent, shades.Strong), (shades.Strong, surface), (shades.Strong, ground), (shades.Strong, shades.Soft) })
                Assert.True(BrandPalette.Contrast(one, other) >= 4.5, $"{one} on {other}: {BrandPalette.Contrast(one, other):0.00}");
    }

    public static TheoryData<string, string> Wrong => new() { { "Colour", "red; background: url(//evil.example)" }, { "Colour", "#12345" }, { "Name", "" }, { "SenderAddress", "nobody" }, { "SupportAddress", "a@b@c" } };

    [Theory, MemberData(nameof(Wrong))]
    public async Task F04_What_is_no_colour_name_or_address_is_refused_at_its_field(string field, string value)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var refused = await Try(portal, brand => typeof(Brand).GetProperty(field)!.SetValue(brand, value), alice);

        Assert.Equal((ProblemKind.Invalid, field), (refused.Problem!.Kind, refused.Problem.Field));
    }

    [Fact]
    public async Task G01_A_logo_is_cleaned_shown_to_anybody_kept_by_browsers_and_can_be_removed()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();

        Assert.True((await app.Run((BrandService brands) => brands.SaveLogoAsync(AvatarTests.Png(), app.Alice, Cancel))).Succeeded);
        var address = (await app.Run((BrandService brands) => brands.ViewAsync(Cancel))).Logo!;
        using var shown = await stranger.Get(address);

        Assert.Contains($"src=\"{address}\"", await (await stranger.Get("/account/sign-in")).Text(), StringComparison.Ordinal);
        Assert.Equal(AvatarPng.Clean(AvatarTests.Png()), await shown.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(("image/png", "public, max-age=31536000, immutable"), (shown.Content.Headers.ContentType!.MediaType, shown.Header("Cache-Control")));
        Assert.Equal(["Logo: - -> a picture"], (await app.Event(AuditAction.SettingsChanged)).Differences);
        Assert.True((await app.Run((BrandService brands) => brands.RemoveLogoAsync(app.Alice, Cancel))).Succeeded);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Get(address)).StatusCode);
    }

    [Fact]
    public async Task G01_What_is_no_such_picture_is_no_logo()
    {
        await using var app = await TestApp.StartAsync();

        foreach (var upload in new[] { "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"u8.ToArray(), AvatarTests.Png(width: 512), [] })
            Assert.Equal(AvatarService.NotAPicture, (await app.Run((BrandService brands) => brands.SaveLogoAsync(upload, app.Alice, Cancel))).Problem);
    }

    [Fact]
    public async Task The_logo_travels_by_a_request_that_needs_the_token_of_the_page()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await app.SignInAs(app.Alice);
        var page = await (await alice.Get("/settings/branding")).Text();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/settings/branding/logo") { Content = new ByteArrayContent(AvatarTests.Png()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        request.Headers.Add("RequestVerificationToken", WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value));

        Assert.Equal(HttpStatusCode.BadRequest, (await alice.Post("/settings/branding/logo")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(request)).StatusCode);
        Assert.NotNull((await app.Run((BrandService brands) => brands.ViewAsync(Cancel))).Logo);
    }

    [Fact]
    public async Task Only_whoever_may_edit_settings_and_signed_in_lately_changes_the_brand()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));

        Assert.Equal(UserProblems.NotAllowed, (await Try(portal, brand => brand.Name = "Acme", grace)).Problem);
        Assert.Equal(UserProblems.NotAllowed, (await portal.Run((BrandService brands) => brands.SaveLogoAsync(AvatarTests.Png(), grace, Cancel))).Problem);
        Assert.Equal(UserProblems.NotAllowed, (await portal.Run((BrandService brands) => brands.ResetAsync("", grace, Cancel))).Problem);
        Assert.Equal(StepUp.Needed, (await portal.Run((BrandService brands) => brands.RemoveLogoAsync(alice.LongSignedIn, Cancel))).Problem);
    }

    [Fact]
    public async Task Going_back_brings_the_product_s_own_name_and_sign()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        await Save(portal, brand => brand.Name = "Acme", alice);
        await portal.Run((BrandService brands) => brands.SaveLogoAsync(AvatarTests.Png(), alice, Cancel));

        Assert.True((await portal.Run(async (BrandService brands) => await brands.ResetAsync(await StampOf(portal), alice, Cancel))).Succeeded);

        Assert.Equal(BrandView.Usual, await portal.Run((BrandService brands) => brands.ViewAsync(Cancel)));
    }

    private static async Task<string> StampOf(ITestPortal portal) => (await portal.Run((Policies policies) => policies.GetWithStampAsync<Brand>(Cancel))).Stamp;

    private static async Task Save(ITestPortal portal, Action<Brand> change, Actor actor) => Assert.True((await Try(portal, change, actor)).Succeeded);

    private static Task<Result> Try(ITestPortal portal, Action<Brand> change, Actor actor) => portal.Run(async (Policies policies) =>
    {
        var (brand, stamp) = await policies.GetWithStampAsync<Brand>(Cancel);
        change(brand);
        return await policies.SaveAsync(brand, stamp, actor, Cancel);
    });
}
