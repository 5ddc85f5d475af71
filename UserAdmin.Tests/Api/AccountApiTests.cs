using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

/// <summary>What a program does for people who have no session.</summary>
public class AccountApiTests
{
    private const string NewPassword = "a much better one, 2026";

    private static readonly (string, string) Open = ("Policies:RegistrationPolicy:Mode", "Open");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static object John(string email = "john@example.com", string username = "john_doe", string again = Cast.Password) =>
        new { username, email, password = Cast.Password, password_confirm = again, first_name = "John", last_name = "Doe" };

    [Fact]
    public async Task A02_Somebody_registers_with_the_names_of_the_sources_confirms_the_mailbox_and_signs_in()
    {
        await using var app = await TestApp.StartAsync(Open);
        using var program = new ApiClient(app);

        var offer = await (await program.Get("/api/v1/auth/registration")).Json();
        using var registered = await program.Post("/api/v1/auth/register", John());
        using var early = await program.Post("/api/v1/auth/login", new { username = "john_doe", password = Cast.Password });
        var token = await TokenIn(app, MailKind.ConfirmEmail, "/account/confirm-email/");
        using var wrong = await program.Post("/api/v1/auth/verify-email", new { token, password = "something else entirely" });
        using var confirmed = await program.Post("/api/v1/auth/verify-email", new { token, password = Cast.Password });
        using var again = await program.Post("/api/v1/auth/verify-email", new { token, password = Cast.Password });
        using var signedIn = await program.Post("/api/v1/auth/login", new { username = "john_doe", password = Cast.Password });

        Assert.Equal(("open", null), ((string)offer["mode"]!, (string?)offer["terms_text"]));
        Assert.Equal((202, 401, 400, 204, 404, 200), (registered.Status, early.Status, wrong.Status, confirmed.Status, again.Status, signedIn.Status));
    }

    [Fact]
    public async Task A05_No_answer_tells_whether_an_address_has_an_account()
    {
        await using var app = await TestApp.StartAsync(Open);
        using var program = new ApiClient(app);
        async Task<(int, string)> Say(string path, object body)
        {
            using var answer = await program.Post(path, body);
            return (answer.Status, await answer.Text());
        }

        Assert.Equal(await Say("/api/v1/auth/register", John()), await Say("/api/v1/auth/register", John(Cast.Alice.Email, "somebody")));
        Assert.Equal(await Say("/api/v1/auth/resend-verification", new { email = "john@example.com" }), await Say("/api/v1/auth/resend-verification", new { email = "nobody@example.com" }));
        Assert.Equal(await Say("/api/v1/auth/password-reset", new { email = Cast.Alice.Email }), await Say("/api/v1/auth/password-reset", new { email = "nobody@example.com" }));
        Assert.Equal([MailKind.ConfirmEmail.Key, MailKind.AccountExists.Key, MailKind.ConfirmEmail.Key, MailKind.PasswordReset.Key], (await app.Mails()).Select(mail => mail.Kind));
    }

    [Fact]
    public async Task A05_A_username_that_somebody_has_is_replaced_by_the_address()
    {
        await using var app = await TestApp.StartAsync(Open);
        using var program = new ApiClient(app);

        using var registered = await program.Post("/api/v1/auth/register", John(username: Cast.Alice.UserName));
        var john = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(user => user.Email == "john@example.com", Cancel));

        Assert.Equal((202, "john@example.com"), (registered.Status, john.UserName));
    }

    [Fact]
    public async Task A_registration_that_can_not_be_is_refused_at_its_fields_and_a_closed_portal_takes_none()
    {
        await using var app = await TestApp.StartAsync(Open);
        await using var closed = await TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", "Closed"));
        using var program = new ApiClient(app);
        using var elsewhere = new ApiClient(closed);

        using var twice = await program.Post("/api/v1/auth/register", John(again: "another"));
        using var missing = await program.Post("/api/v1/auth/register", new { password = Cast.Password });
        using var short_ = await program.Post("/api/v1/auth/register", new { email = "john@example.com", password = "short", first_name = "John", last_name = "Doe" });
        using var refused = await elsewhere.Post("/api/v1/auth/register", John());

        Assert.Equal(["password_confirm"], await Fields(twice));
        Assert.Equal(["email", "first_name", "last_name"], await Fields(missing));
        Assert.Equal(["password"], await Fields(short_));
        Assert.Equal((403, "registration.closed"), (refused.Status, (string?)(await refused.Json())["code"]));
    }

    [Fact]
    public async Task A11_A_forgotten_password_is_replaced_by_the_mailed_link_which_works_once()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var program = new ApiClient(app);

        using var asked = await program.Post("/api/v1/auth/password-reset", new { email = Carol.Email });
        var token = await TokenIn(app, MailKind.PasswordReset, "/account/reset-password/");
        using var weak = await program.Post("/api/v1/auth/password-reset/confirm", new { token, password = "short" });
        using var changed = await program.Post("/api/v1/auth/password-reset/confirm", new { token, password = NewPassword, password_confirm = NewPassword });
        using var again = await program.Post("/api/v1/auth/password-reset/confirm", new { token, password = NewPassword });
        using var old = await program.Post("/api/v1/auth/login", new { email = Carol.Email, password = Cast.Password });
        using var now = await program.Post("/api/v1/auth/login", new { email = Carol.Email, password = NewPassword });

        Assert.Equal((202, 400, 204, 404, 401, 200), (asked.Status, weak.Status, changed.Status, again.Status, old.Status, now.Status));
    }

    [Fact]
    public async Task A12_A_new_account_is_opened_by_its_activation_link()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var program = new ApiClient(app);
        var id = (string)(await (await alice.Post("/api/v1/users", new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe" })).Json())["id"]!;

        var link = (string)(await (await alice.Post($"/api/v1/users/{id}/activation-link")).Json())["link"]!;
        using var activated = await program.Post("/api/v1/auth/activate", new { token = link.Split('/')[^1], password = NewPassword });
        using var signedIn = await program.Post("/api/v1/auth/login", new { email = "john@example.com", password = NewPassword });
        using var again = await alice.Post($"/api/v1/users/{id}/activation-link");
        using var unknown = await alice.Post($"/api/v1/users/{Guid.NewGuid()}/activation-link");

        Assert.Equal((204, 200, 409, 404), (activated.Status, signedIn.Status, again.Status, unknown.Status));
    }

    internal static async Task<string> TokenIn(TestApp app, MailKind kind, string page) => (await app.LastMail(kind)).PathTo(page).Split('/')[^1];

    internal static async Task<List<string>> Fields(HttpResponseMessage answer) => [.. (await answer.Json())["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal)];
}
