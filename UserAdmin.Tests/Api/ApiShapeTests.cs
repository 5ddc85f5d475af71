using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

/// <summary>How the API speaks, whatever it is about.</summary>
public class ApiShapeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly object John = new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe", phone = "+1234567890", address = "123 Main St", is_active = true };

    [Fact]
    public async Task H1_A_user_goes_in_and_comes_out_with_the_names_of_the_sources()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var created = await program.Post("/api/v1/users/", John);
        var user = await created.Json();

        Assert.Equal(201, created.Status);
        Assert.Equal($"http://localhost/api/v1/users/{user["id"]}", created.Headers.Location?.ToString());
        Assert.Equal(("john_doe", "john@example.com", "John", "Doe", "+1234567890", "123 Main St"), ((string)user["username"]!, (string)user["email"]!, (string)user["first_name"]!, (string)user["last_name"]!, (string)user["phone"]!, (string)user["address"]!));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", (string)user["created_at"]!);
    }

    [Fact]
    public async Task H1_Errors_stand_at_their_fields_and_name_the_request()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var refused = await program.Post("/api/v1/users", new { username = "", email = "nonsense", first_name = "A", last_name = "B" });
        var problem = await refused.Json();

        Assert.Equal((400, "application/problem+json"), (refused.Status, refused.Content.Headers.ContentType?.MediaType));
        Assert.Equal(["email", "username"], problem["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.NotEmpty((string)problem["correlation_id"]!);
    }

    [Fact]
    public async Task H1_Pages_lead_to_each_other_by_number_and_by_cursor()
    {
        await using var app = await TestApp.StartAsync();
        foreach (var person in new[] { Cast.Bob, Cast.Carol, Cast.Dave, Cast.Erin })
            await app.Given(person);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        async Task<(JsonObject Page, List<string> Names)> Read(string url)
        {
            var page = await (await program.Get(url)).Json();
            return (page, [.. page["results"]!.AsArray().Select(user => (string)user!["first_name"]!)]);
        }

        var (first, names) = await Read("/api/v1/users?page_size=2&ordering=username");
        var (second, more) = await Read((string)first["next"]!);
        var (_, back) = await Read((string)second["previous"]!);
        var (last, end) = await Read("/api/v1/users?page_size=2&ordering=username&cursor=end");
        var (_, beforeEnd) = await Read((string)last["previous"]!);

        Assert.Equal((5, "http://localhost/api/v1/users?page_size=2&ordering=username&page=2", null), ((int)first["count"]!, (string)first["next"]!, (string?)first["previous"]));
        Assert.Equal(["Alice", "Bob"], names);
        Assert.Equal(["Carol", "Dave"], more);
        Assert.Equal(names, back);
        Assert.Equal(["Dave", "Erin"], end);
        Assert.Equal(["Bob", "Carol"], beforeEnd);
        Assert.Equal(["count", "next", "previous", "results"], first.Select(field => field.Key));
    }

    [Theory]
    [InlineData("page_size=1000000000", "page_size"), InlineData("page_size=0", "page_size"), InlineData("page=0", "page"), InlineData("page=1001", "page"), InlineData("ordering=password_hash", "ordering")]
    [InlineData("cursor=x", "cursor"), InlineData("page=2&cursor=end", "cursor"), InlineData("status=7", "status")]
    public async Task D09_What_a_list_can_not_do_is_refused(string query, string field)
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var refused = await program.Get($"/api/v1/users?{query}");

        Assert.Equal(400, refused.Status);
        Assert.Equal(field, (await refused.Json())["errors"]!.AsObject().Single().Key);
    }

    [Fact]
    public async Task H1_A_patch_changes_what_is_there_and_a_stale_one_nothing()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var path = (await program.Post("/api/v1/users", John)).Headers.Location!.PathAndQuery;
        using var read = await program.Get(path);
        var version = read.Headers.ETag!.ToString();

        using var changed = await program.Patch(path, new { last_name = "Roe", phone = (string?)null }, ("If-Match", version));
        using var stale = await program.Patch(path, new { last_name = "Moe" }, ("If-Match", version));
        var user = await (await program.Get(path)).Json();

        Assert.Equal((200, 412), (changed.Status, stale.Status));
        Assert.Equal(("John", "Roe", null), ((string)user["first_name"]!, (string)user["last_name"]!, (string?)user["phone"]));
    }

    [Theory]
    [InlineData("""{"username":"x1","email":"x1@example.com","first_name":"A","last_name":"B","roles":["administrator"]}""", "roles")]
    [InlineData("""{"username":"x1","email":"x1@example.com","first_name":"A","last_name":"B","email_confirmed":true}""", "email_confirmed")]
    [InlineData("""{"username":"x1","email":"x1@example.com","first_name":"A","last_name":"B","password_hash":"x"}""", "password_hash")]
    [InlineData("""{"username":"x1","email":"x1@example.com","first_name":"A","last_name":"B","is_active":"yes"}""", "is_active")]
    [InlineData("""{"username":["x1"],"email":"x1@example.com","first_name":"A","last_name":"B"}""", "username")]
    [InlineData("""{"username":"x1","username":"x2","email":"x1@example.com","first_name":"A","last_name":"B"}""", null)]
    [InlineData("""{"username":""", null), InlineData("[]", null), InlineData("", null), InlineData("null", null)]
    public async Task D07_Fields_outside_of_the_contract_wrong_types_and_doubled_names_are_refused(string body, string? field)
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var before = await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel));

        using var refused = await program.Post("/api/v1/users", body);

        Assert.Equal(400, refused.Status);
        Assert.Equal(field, (await refused.Json())["errors"]?.AsObject().Single().Key);
        Assert.Equal(before, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
    }

    [Fact]
    public async Task D11_Wrong_methods_types_sizes_and_addresses_get_their_codes()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = new StringContent("username=x") };

        using var method = await program.Delete("/api/v1/users");
        using var size = await program.Post("/api/v1/users", $$"""{"username":"{{new string('a', 70_000)}}"}""");
        using var unknown = await program.Get("/api/v1/no-such-thing");
        using var id = await program.Get($"/api/v1/users/{Guid.NewGuid()}");
        using var query = await program.Get("/api/v1/users?page=x");
        request.Headers.Authorization = new("Bearer", program.Token);
        using var client = app.CreateDefaultClient(new Uri("https://localhost"));
        using var type = await client.SendAsync(request, Cancel);

        Assert.Equal((405, 413, 404, 404, 400, 415), (method.Status, size.Status, unknown.Status, id.Status, query.Status, type.Status));
        Assert.Contains("GET", method.Content.Headers.Allow);
        foreach (var answer in new[] { method, size, unknown, id, query, type })
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task H6_A_creation_that_is_sent_twice_creates_once(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => program.Post("/api/v1/users", John, ("Idempotency-Key", "one"))));
        using var again = await program.Post("/api/v1/users", John, ("Idempotency-Key", "one"));
        using var other = await program.Post("/api/v1/users", new { username = "jane" }, ("Idempotency-Key", "one"));

        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 201, 409 }));
        Assert.Equal((201, "true", 409), (again.Status, again.Header("Idempotency-Replayed"), other.Status));
        Assert.Single(await app.Run((UserAdminDbContext db) => db.Users.Where(u => u.UserName == "john_doe").ToListAsync(Cancel)));
        Assert.Equal(again.Headers.Location, answers.First(answer => answer.Status == 201).Headers.Location);
    }

    [Fact]
    public async Task D10_Beyond_the_limit_the_answer_is_429_and_says_how_long_to_wait()
    {
        await using var app = await TestApp.StartAsync(("Api:RequestsPerMinute", "5"));
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        List<HttpResponseMessage> answers = [];
        for (var i = 0; i < 6; i++)
            answers.Add(await program.Get("/api/v1/users"));
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        using var later = await program.Get("/api/v1/users");

        Assert.Equal([200, 200, 200, 200, 200, 429], answers.Select(answer => answer.Status));
        Assert.InRange(answers[^1].Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(200, later.Status);
    }

    [Fact]
    public async Task D10_Ten_sign_ins_a_minute_come_from_one_address_and_new_tokens_for_old_ones_are_none()
    {
        await using var app = await TestApp.StartAsync();
        using var program = new ApiClient(app);
        using var signedIn = await ApiClient.SignInAsync(app, await app.Given(Cast.Carol));
        using var elsewhere = new ApiClient(app, "198.51.100.9");
        async Task<int> SignIn(ApiClient by)
        {
            using var answer = await by.Post("/api/v1/auth/login", new { email = Cast.Alice.Email, password = Cast.Password });
            return answer.Status;
        }

        List<int> answers = [];
        for (var i = 0; i < 11; i++)
            answers.Add(await SignIn(program));
        using var forgotten = await program.Post("/api/v1/auth/password-reset", new { email = Cast.Alice.Email });
        using var refreshed = await signedIn.Post("/api/v1/auth/refresh", new { refresh_token = signedIn.RefreshToken });
        var other = await SignIn(elsewhere);
        app.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([.. Enumerable.Repeat(200, 10), 429], answers);
        Assert.InRange(forgotten.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal((429, 200, 200, 200), (forgotten.Status, refreshed.Status, other, await SignIn(program)));
    }

    [Fact]
    public async Task F06_Only_named_origins_may_use_the_API_from_a_browser()
    {
        await using var closed = await TestApp.StartAsync();
        await using var open = await TestApp.StartAsync(("Api:Origins", "https://app.example.org"));

        Assert.Null(await Allowed(closed, "https://app.example.org"));
        Assert.Equal("https://app.example.org", await Allowed(open, "https://app.example.org"));
        Assert.Null(await Allowed(open, "https://evil.example"));
        Assert.Null(await Allowed(open, "null"));

        static async Task<string?> Allowed(TestApp app, string origin)
        {
            using var program = new ApiClient(app);
            using var answer = await program.Send(HttpMethod.Options, "/api/v1/users", null, ("Origin", origin), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "authorization"));
            return answer.Header("Access-Control-Allow-Origin");
        }
    }
}
