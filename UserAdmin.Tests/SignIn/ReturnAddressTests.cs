using UserAdmin.Web.SignIn;

namespace UserAdmin.Tests.SignIn;

public class ReturnAddressTests
{
    [Theory]
    [InlineData("//evil.example"), InlineData("/\\evil.example"), InlineData("\\\\evil.example"), InlineData("https:evil.example"), InlineData("https://evil.example")]
    [InlineData("https://localhost.evil.example"), InlineData("javascript:alert(1)"), InlineData("data:text/html,x"), InlineData("evil.example"), InlineData("///evil.example")]
    [InlineData("/\t/evil.example"), InlineData("/\n/evil.example"), InlineData("/./\\evil.example"), InlineData("http://localhost/"), InlineData("")]
    public void E15_An_address_elsewhere_leads_to_the_start_page(string address) =>
        Assert.Equal("/", LocalUrl.OrHome(address));

    [Theory]
    [InlineData("/users"), InlineData("/users?search=a%20b&sort=-created"), InlineData("/%2f%2fevil.example")]
    public void E15_A_page_of_the_portal_is_returned_to(string address) =>
        Assert.Equal(address, LocalUrl.OrHome(address));

    [Fact]
    public async Task E15_Signing_in_returns_to_pages_of_the_portal_only()
    {
        await using var app = await TestApp.StartAsync();

        Assert.Equal("/users?search=car", await TargetFor(app, "%2Fusers%3Fsearch%3Dcar"));
        foreach (var elsewhere in new[] { "//evil.example", "%2f%2fevil.example", "/\\evil.example", "https:evil.example", "https%3A%2F%2Fevil.example", "javascript:alert(1)", "%252f%252fevil.example" })
            Assert.Equal("/", await TargetFor(app, elsewhere));
    }

    [Fact]
    public async Task A_page_that_needs_a_sign_in_is_returned_to_after_it()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();

        using var challenge = await browser.Get("/users?search=car");
        using var signedIn = await browser.SignIn("alice", path: challenge.Target!);

        Assert.Equal("/users?search=car", signedIn.Target);
    }

    private static async Task<string?> TargetFor(TestApp app, string returnUrl)
    {
        using var browser = app.Open();
        using var response = await browser.SignIn("alice", path: $"/account/sign-in?returnUrl={returnUrl}");
        return response.Target;
    }
}
