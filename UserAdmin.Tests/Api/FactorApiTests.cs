using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tokens;
using UserAdmin.Tests.TwoFactor;

namespace UserAdmin.Tests.Api;

/// <summary>People set up their second factors through a program.</summary>
public class FactorApiTests
{
    private const string Apps = "/api/v1/me/authenticators", Codes = "/api/v1/me/recovery-codes", Mine = "/api/v1/me/second-factor";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M1_An_authenticator_app_is_set_up_renamed_and_removed_and_signs_in_meanwhile()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, await app.Given(Carol));

        using var begun = await program.Post(Apps);
        var (path, phone) = ($"{Apps}/{(await begun.Json())["id"]}", new Phone(app.Clock, (string)(await begun.Json())["secret"]!));
        using var nameless = await program.Post($"{path}/confirm", new { code = phone.CodeIn(-1) });
        using var wrong = await program.Post($"{path}/confirm", new { name = "Phone", code = "000000" });
        using var confirmed = await program.Post($"{path}/confirm", new { name = "Phone", code = phone.CodeIn(-1) });
        using var again = await program.Post($"{path}/confirm", new { name = "Phone", code = phone.Code });
        var factors = await (await program.Get(Mine)).Json();
        using var waiting = await program.Post("/api/v1/auth/login", new { email = Carol.Email, password = Cast.Password });
        using var signedIn = await program.Post("/api/v1/auth/login/second-factor", new { pending_token = (string)(await waiting.Json())["pending_token"]!, method = "app", code = phone.Code });
        using var renamed = await program.Patch(path, new { name = "Old phone" });
        using var stale = await program.Patch(path, new { name = "New" }, ("If-Match", "\"x\""));
        using var removed = await program.Delete(path);
        var left = await (await program.Get(Mine)).Json();

        Assert.Equal((201, 400, 400, 200, 404, 202, 200, 200, 412, 204), (begun.Status, nameless.Status, wrong.Status, confirmed.Status, again.Status, waiting.Status, signedIn.Status, renamed.Status, stale.Status, removed.Status));
        Assert.Matches("^[A-Z2-7]{32}$", phone.Key);
        Assert.Contains($"secret={phone.Key}&", (string)(await begun.Json())["otpauth_uri"]!, StringComparison.Ordinal);
        Assert.Equal(["name"], await AccountApiTests.Fields(nameless));
        Assert.Equal(["code"], await AccountApiTests.Fields(wrong));
        Assert.Equal("authenticator.wrong_code", (string)(await wrong.Json())["code"]!);
        Assert.Equal(10, (await confirmed.Json())["recovery_codes"]!.AsArray().Count);
        Assert.Equal((true, "Phone", 10), ((bool)factors["has_second_factor"]!, (string)factors["authenticators"]!.AsArray().Single()!["name"]!, (int)factors["recovery_codes_left"]!));
        Assert.Equal("Old phone", (string)(await renamed.Json())["name"]!);
        Assert.Equal((false, 0, 0), ((bool)left["has_second_factor"]!, left["authenticators"]!.AsArray().Count, (int)left["recovery_codes_left"]!));
        Assert.Equal(["Name: - -> Phone"], (await app.Event(AuditAction.AuthenticatorAdded)).Differences);
    }

    [Fact]
    public async Task B04_B05_Keys_and_codes_are_in_one_answer_only_whatever_key_the_request_has()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, await app.Given(Carol));
        var key = ("Idempotency-Key", "once");

        var (first, second) = (await (await program.Post(Apps, null, key)).Json(), await (await program.Post(Apps, null, key)).Json());
        using var replaced = await program.Post($"{Apps}/{first["id"]}/confirm", new { name = "Phone", code = new Phone(app.Clock, (string)first["secret"]!).Code });
        var phone = new Phone(app.Clock, (string)second["secret"]!);
        using var none = await program.Post(Codes, null, key);
        var confirmed = await (await program.Post($"{Apps}/{second["id"]}/confirm", new { name = "Phone", code = phone.Code }, key)).Json();
        var made = await (await program.Post(Codes, null, key)).Json();
        var more = await (await program.Post(Codes, null, key)).Json();
        var shown = await (await program.Get(Mine)).Text();
        var audit = string.Concat(await app.Run((UserAdminDbContext db) => db.AuditEvents.Select(e => e.Changes + e.Reason + e.TargetName).ToListAsync(Cancel)));

        string[] secrets = [phone.Key, .. ListOf(confirmed), .. ListOf(made), .. ListOf(more)];
        Assert.Equal(31, secrets.Distinct().Count());
        Assert.Equal((404, 409), (replaced.Status, none.Status));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, shown + audit, StringComparison.Ordinal));
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.IdempotentRequests.CountAsync(Cancel)));

        static IEnumerable<string> ListOf(JsonObject answer) => answer["recovery_codes"]!.AsArray().Select(code => (string)code!);
    }

    [Fact]
    public async Task B06_Changes_ask_for_a_recent_sign_in_end_the_others_and_are_closed_to_kept_tokens()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await app.GivenAPhoneOf(app.Alice);
        var token = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(app.Alice.Id, new() { Name = "Nightly", Days = 30, Permissions = ["users.view"] }, app.Alice, Cancel))).Value!;
        using var kept = new ApiClient(app) { Token = token.Token };
        var (phone, _) = await app.GivenAPhoneAndCodesOf(carol);
        using var program = await ApiClient.SignInAsync(app, carol);
        using var other = await ApiClient.SignInAsync(app, carol);
        var id = (Guid)(await (await program.Get(Mine)).Json())["authenticators"]![0]!["id"]!;
        var acts = new (HttpMethod Method, string Path, object? Body)[] { (HttpMethod.Post, Apps, null), (HttpMethod.Post, Codes, null), (HttpMethod.Delete, $"{Apps}/{id}", null), (HttpMethod.Post, $"{Apps}/{id}/confirm", new { name = "Phone", code = "123456" }) };

        app.Clock.Advance(TimeSpan.FromSeconds(605));
        foreach (var (method, path, body) in acts)
            Assert.Equal((path, (403, "step_up.needed")), (path, await Refused(program, method, path, body)));
        using var confirmed = await program.Post("/api/v1/auth/confirm", new { proof = phone.Code });
        using var made = await program.Post(Codes);
        using var others = await other.Get("/api/v1/me");
        foreach (var (method, path, body) in acts)
            Assert.Equal((path, (403, "step_up.not_with_token")), (path, await Refused(kept, method, path, body)));
        var hers = await app.Run((UserAdminDbContext db) => db.Authenticators.Where(a => a.UserId == app.Alice.UserId).Select(a => a.Id).SingleAsync(Cancel));
        Assert.Equal((403, "step_up.not_with_token"), await Refused(kept, HttpMethod.Patch, $"{Apps}/{hers}", new { name = "x" }));

        Assert.Equal((204, 201, 401), (confirmed.Status, made.Status, others.Status));
        Assert.Equal((404, 404), ((await program.Patch($"{Apps}/{hers}", new { name = "x" })).Status, (await program.Delete($"{Apps}/{hers}")).Status));

        static async Task<(int, string)> Refused(ApiClient by, HttpMethod method, string path, object? body)
        {
            using var answer = await by.Send(method, path, body ?? (method == HttpMethod.Post ? new { } : null));
            return (answer.Status, (string)(await answer.Json())["code"]!);
        }
    }

    [Fact]
    public async Task M05_Who_has_to_set_one_up_first_does_it_here_and_everything_else_opens_at_once()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Bob, user => user.SecondFactorDueAt = app.Clock.Now);
        using var program = new ApiClient(app);
        program.Token = (string)(await (await program.Post("/api/v1/auth/login", new { email = Bob.Email, password = Cast.Password })).Json())["access_token"]!;
        app.Clock.Advance(TimeSpan.FromSeconds(605));

        using var found = await program.Get(Mine);
        using var closed = await program.Get("/api/v1/users");
        using var old = await program.Post(Apps);
        using var proven = await program.Post("/api/v1/auth/confirm", new { proof = Cast.Password });
        var begun = await (await program.Post(Apps)).Json();
        using var confirmed = await program.Post($"{Apps}/{begun["id"]}/confirm", new { name = "Phone", code = new Phone(app.Clock, (string)begun["secret"]!).Code });
        using var open = await program.Get("/api/v1/users");

        Assert.Equal(200, found.Status);
        Assert.Equal((403, "second_factor.required"), (closed.Status, (string)(await closed.Json())["code"]!));
        Assert.Equal((403, "step_up.needed"), (old.Status, (string)(await old.Json())["code"]!));
        Assert.Equal((204, 200, 200), (proven.Status, confirmed.Status, open.Status));
    }
}
