using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tokens;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

public class TokenTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task D03_A_sign_in_gives_tokens_that_name_a_person_a_session_and_a_tenant_only()
    {
        await using var app = await TestApp.StartAsync();
        using var program = new ApiClient(app);

        var tokens = await (await program.Post("/api/v1/auth/login", new { email = Cast.Alice.Email, password = Cast.Password })).Json();
        program.Token = (string)tokens["access_token"]!;
        var me = await program.Get($"/api/v1/users/{app.Alice.UserId}");

        Assert.Equal(200, me.Status);
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(program.Token.Split('.')[1]))!.AsObject();
        Assert.Equal(["aud", "exp", "iat", "iss", "jti", "sid", "sub", "tenant"], claims.Select(claim => claim.Key).Order(StringComparer.Ordinal));
        Assert.Equal(600, (long)claims["exp"]! - (long)claims["iat"]!);
    }

    [Theory, InlineData("email", "wrong"), InlineData("username", Cast.Password)]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike(string field, string password)
    {
        await using var app = await TestApp.StartAsync();
        using var program = new ApiClient(app);

        using var answer = await program.Post("/api/v1/auth/login", new Dictionary<string, string> { [field] = field == "email" ? Cast.Alice.Email : "nobody", ["password"] = password });

        Assert.Equal((401, "sign_in.refused"), (answer.Status, (string?)(await answer.Json())["code"]));
    }

    [Fact]
    public async Task D01_Tokens_with_another_algorithm_key_or_signature_open_nothing()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var parts = program.Token!.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject();
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string With(string name, JsonNode? value, Func<string, byte[]> sign)
        {
            var changed = header.DeepClone().AsObject();
            changed[name] = value;
            var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(changed.ToJsonString()))}.{parts[1]}";
            return $"{signed}.{Base64Url.EncodeToString(sign(signed))}";
        }
        byte[] Foreign(string text) => foreign.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        byte[] Same(string text) => Base64Url.DecodeFromChars(parts[2]);
        var published = await (await program.Get("/.well-known/jwks.json")).Text();

        string[] forged =
        [
            With("alg", "none", _ => []), With("alg", "None", _ => []), With("alg", "none", Same),
            With("alg", "HS256", text => HMACSHA256.HashData(Encoding.UTF8.GetBytes(published), Encoding.ASCII.GetBytes(text))),
            With("alg", "RS256", Same), With("alg", "ES256", Foreign), With("kid", "../../etc/passwd", Foreign), With("kid", Guid.NewGuid().ToString(), Foreign),
            With("jku", "https://evil.example/jwks.json", Foreign), With("jwk", JsonNode.Parse("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"""), Foreign), With("x5u", "https://evil.example/", Foreign),
            With("typ", "JWT", Same), $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}",
        ];

        foreach (var token in forged)
        {
            program.Token = token;
            using var answer = await program.Get($"/api/v1/users/{app.Alice.UserId}");
            Assert.Equal((token, 401), (token, answer.Status));
        }
    }

    [Fact]
    public async Task D02_A_token_is_dead_31_seconds_after_its_end_and_not_before()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var path = $"/api/v1/users/{app.Alice.UserId}";

        app.Clock.Advance(AccessTokens.Life + TimeSpan.FromSeconds(29));
        using var inTime = await program.Get(path);
        app.Clock.Advance(TimeSpan.FromSeconds(2));
        using var late = await program.Get(path);

        Assert.Equal((200, 401), (inTime.Status, late.Status));
        Assert.Equal("application/problem+json", late.Content.Headers.ContentType?.MediaType);
        Assert.Equal("token.invalid", (string?)(await late.Json())["code"]);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task D05_Of_twenty_parallel_refreshes_one_succeeds_and_the_session_lives(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => program.Post("/api/v1/auth/refresh", new { refresh_token = program.RefreshToken })));
        var won = await answers.Single(answer => answer.Status == 200).Json();
        program.Token = (string)won["access_token"]!;
        using var alive = await program.Get($"/api/v1/users/{app.Alice.UserId}");

        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 401, 409 }));
        Assert.Equal(200, alive.Status);
    }

    [Fact]
    public async Task D04_A_refresh_token_that_comes_again_after_the_grace_kills_its_family_and_is_audited()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var first = program.RefreshToken;
        var next = await (await program.Post("/api/v1/auth/refresh", new { refresh_token = first })).Json();

        app.Clock.Advance(TimeSpan.FromSeconds(9));
        using var retry = await program.Post("/api/v1/auth/refresh", new { refresh_token = first });
        app.Clock.Advance(TimeSpan.FromSeconds(2));
        using var reuse = await program.Post("/api/v1/auth/refresh", new { refresh_token = first });
        using var newOne = await program.Post("/api/v1/auth/refresh", new { refresh_token = (string)next["refresh_token"]! });
        program.Token = (string)next["access_token"]!;
        using var access = await program.Get($"/api/v1/users/{app.Alice.UserId}");

        Assert.Equal((409, 401, 401, 401), (retry.Status, reuse.Status, newOne.Status, access.Status));
        Assert.Equal("A refresh token was used twice", await app.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.UserId == app.Alice.UserId && s.EndedAt != null).Select(s => s.EndReason).SingleAsync(Cancel)));
        Assert.Equal(AuditOutcome.Failure, (await app.Event(AuditAction.RefreshTokenReused)).Outcome);
    }

    public static TheoryData<string> Ends => ["deactivated", "locked", "deleted", "signed out", "password changed", "sessions ended"];

    [Theory, MemberData(nameof(Ends))]
    public async Task D06_C04_Tokens_are_dead_once_the_account_or_session_is(string how)
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Cast.Carol);
        using var program = await ApiClient.SignInAsync(app, carol);
        var id = carol.UserId!.Value;

        await (how switch
        {
            "deactivated" => app.Run((UserLifecycle users) => users.DeactivateAsync(id, "x", app.Alice, Cancel)),
            "locked" => app.Run((UserLifecycle users) => users.LockAsync(id, null, "x", app.Alice, Cancel)),
            "deleted" => app.Run((UserLifecycle users) => users.DeleteAsync(id, "x", app.Alice, Cancel)),
            "signed out" => SignOut(program),
            "password changed" => app.Run((PasswordService passwords) => passwords.ChangeAsync(new() { Current = Cast.Password, Password = "a much better one, 2026", Again = "a much better one, 2026" }, carol, Cancel)),
            _ => app.Run((SessionService sessions) => sessions.EndAllAsync(id, app.Alice, Cancel)),
        });
        using var access = await program.Get($"/api/v1/users/{id}");
        using var refresh = await program.Post("/api/v1/auth/refresh", new { refresh_token = program.RefreshToken });

        Assert.Equal((401, 401), (access.Status, refresh.Status));

        static async Task<Result> SignOut(ApiClient program)
        {
            Assert.Equal(204, (await program.Post("/api/v1/auth/logout")).Status);
            return Result.Ok;
        }
    }

    [Fact]
    public async Task D03_A_permission_that_was_taken_is_gone_at_the_next_call()
    {
        await using var app = await TestApp.StartAsync();
        var erin = await app.Given(Cast.Erin);
        using var program = await ApiClient.SignInAsync(app, erin);
        using var before = await program.Get("/api/v1/users");

        await app.Run(async (UserAdminDbContext db) => await db.RoleAssignments.Where(a => a.UserId == erin.UserId).ExecuteDeleteAsync(Cancel));
        app.Services.GetRequiredService<Core.Roles.AccessCatalogue>().Forget(app.Services.GetRequiredService<Core.Tenants.TenantDirectory>().Default);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        using var after = await program.Get("/api/v1/users");

        Assert.Equal((200, 403), (before.Status, after.Status));
    }

    [Fact]
    public async Task F06_A_cookie_opens_no_endpoint_of_the_API_and_a_token_no_page()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var withCookie = await browser.Get("/api/v1/users");
        using var withToken = await program.Get("/users");

        Assert.Equal(401, withCookie.Status);
        Assert.StartsWith("/account/sign-in", withToken.Target);
    }

    [Fact]
    public async Task H2_The_next_key_is_published_a_day_before_it_signs_and_old_tokens_stay_good()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        Task Rotate() => app.Run(async (SigningKeys keys) => { await keys.RotateAsync(new JobLog(app.Clock), Cancel); return Result.Ok; });
        async Task<List<string>> Keys() => [.. (await (await program.Get("/.well-known/jwks.json")).Json())["keys"]!.AsArray().Select(key => (string)key!["kid"]!)];

        var first = await Keys();
        app.Clock.Advance(TimeSpan.FromDays(29.5));
        await Rotate();
        var both = await Keys();
        app.Clock.Advance(TimeSpan.FromDays(0.5) - TimeSpan.FromMinutes(5));
        using var late = await ApiClient.SignInAsync(app, app.Alice);
        app.Clock.Advance(TimeSpan.FromMinutes(9));
        using var overlapping = await late.Get($"/api/v1/users/{app.Alice.UserId}");
        using var signedAnew = await ApiClient.SignInAsync(app, app.Alice);
        app.Clock.Advance(TimeSpan.FromDays(1));
        await Rotate();

        Assert.Equal((1, 2, 200), (first.Count, both.Count, overlapping.Status));
        Assert.Equal(first[0], KeyOf(late.Token!));
        Assert.Equal(both.Except(first).Single(), KeyOf(signedAnew.Token!));
        Assert.Equal(both.Except(first), await Keys());

        static string KeyOf(string token) => (string)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]))!["kid"]!;
    }
}
