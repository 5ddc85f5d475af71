using System.Net;
using UserAdmin.Core.Audit;

namespace UserAdmin.Tests.SignIn;

public class SigningInTests
{
    [Theory, InlineData("carol"), InlineData("CAROL"), InlineData("carol@example.org"), InlineData(" Carol@Example.org "), InlineData("ｃａｒｏｌ")]
    public async Task People_sign_in_with_their_user_name_or_their_email_however_they_type_it(string login)
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = app.Open();

        using var response = await browser.SignIn(login);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/", response.Target);
        Assert.Equal(carol.Id, (await app.Event(AuditAction.SignedIn)).ActorId);
        Assert.Equal(app.Clock.Now, (await app.Load(carol.Id)).LastSignInAt);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
    }
}
